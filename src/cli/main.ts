#!/usr/bin/env node
import { fileURLToPath } from "node:url";
import type { StricliProcess } from "@stricli/core";
import { compile } from "./bytecode.ts";

/** The bundle of `analyze`, written into the command line by the build. */
declare const SEAWORTHY_LIGHT: string | undefined;

type Start = (args: readonly string[], process: StricliProcess) => Promise<void>;

async function load(command: string | undefined): Promise<{ readonly start: Start }> {
  if (command !== "analyze" || typeof SEAWORTHY_LIGHT !== "string") return import("./full.ts");
  return compile(fileURLToPath(new URL(SEAWORTHY_LIGHT, import.meta.url))).run() as { readonly start: Start };
}

/** A reader that has seen enough (`| head`) is no error: the command goes on, cleans up and ends with its own exit code. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

process.stdout.on("error", endQuietly);
process.stderr.on("error", endQuietly);
const args = process.argv.slice(2);
const { start } = await load(args[0]);
await start(args, process);
// The library's own codes for wrong usage are negative; ours is 2.
if (Number(process.exitCode) < 0 || Number(process.exitCode) > 2) process.exitCode = 2;
