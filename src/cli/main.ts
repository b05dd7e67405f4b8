#!/usr/bin/env node
import { statSync } from "node:fs";
import { join } from "node:path";
import type { StricliProcess } from "@stricli/core";
import { VERSION } from "../pipeline/version.ts";
import { Scripts } from "./bytecode.ts";

/** The bundle of `analyze`, written into the command line by the build. */
declare const SEAWORTHY_LIGHT: string | undefined;

type Start = (args: readonly string[], process: StricliProcess) => Promise<void>;

async function load(args: readonly string[]): Promise<{ readonly start: Start }> {
  const light = args[0] === "analyze" && !args.some((word) => /^(?:-h$|--(?:fix|dry|help))/.test(word));
  if (!light || typeof SEAWORTHY_LIGHT !== "string") return import("./full.ts");
  return new Scripts(require).load(join(import.meta.dirname, SEAWORTHY_LIGHT)) as { readonly start: Start };
}

/** `analyze --changed FOLDER` means the folder: a flag whose value may be left out would take it for a branch. */
function spelledOut(words: readonly string[]): readonly string[] {
  const at = words.indexOf("--changed");
  const next = at < 0 ? undefined : words[at + 1];
  if (next === undefined || statSync(next, { throwIfNoEntry: false })?.isDirectory() !== true) return words;
  return [...words.slice(0, at), ...words.slice(at + 1), "--changed"];
}

/** A reader that has seen enough (`| head`) is no error: the command goes on, cleans up and ends with its own exit code. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

async function main(): Promise<void> {
  process.stdout.on("error", endQuietly);
  process.stderr.on("error", endQuietly);
  const args = spelledOut(process.argv.slice(2));
  // The version alone needs no command.
  if (args.length === 1 && /^(?:-v|--version)$/.test(args[0] ?? "")) {
    process.stdout.write(`${VERSION}\n`);
    return;
  }
  const { start } = await load(args);
  await start(args, process);
  // The library's own codes for wrong usage are negative; ours is 2.
  if (Number(process.exitCode) < 0 || Number(process.exitCode) > 2) process.exitCode = 2;
}

void main();
