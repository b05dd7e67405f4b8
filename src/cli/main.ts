#!/usr/bin/env node
import { statSync } from "node:fs";
import { join } from "node:path";
import { VERSION } from "../pipeline/version.ts";
import { Scripts } from "./bytecode.ts";
import { streamOf, writingItself } from "./streams.ts";

/** The bundle of `analyze`, written into the command line by the build. */
declare const SEAWORTHY_LIGHT: string | undefined;

/** Gives whether the process may end at once. */
type Start = (args: readonly string[]) => Promise<boolean>;

async function load(args: readonly string[]): Promise<Start> {
  const light = args[0] === "analyze" && !args.some((word) => /^(?:-h$|--(?:fix|dry|help))/.test(word));
  if (light && typeof SEAWORTHY_LIGHT === "string")
    return (new Scripts(require).load(join(import.meta.dirname, SEAWORTHY_LIGHT)) as { readonly start: Start }).start;
  for (const name of ["stdout", "stderr"] as const) streamOf(name);
  const { start } = await import("./full.ts");
  return async (words) => {
    // Node's own stream for a file takes what a full disk left of a result for the whole.
    await start(words, writingItself());
    return false;
  };
}

/** `analyze --changed FOLDER` means the folder: a flag whose value may be left out would take it for a branch. */
function spelledOut(words: readonly string[]): readonly string[] {
  const at = words.indexOf("--changed");
  const next = at < 0 ? undefined : words[at + 1];
  if (next === undefined || statSync(next, { throwIfNoEntry: false })?.isDirectory() !== true) return words;
  return [...words.slice(0, at), ...words.slice(at + 1), "--changed"];
}

async function main(): Promise<void> {
  const args = spelledOut(process.argv.slice(2));
  // The version alone needs no command.
  if (args.length === 1 && /^(?:-v|--version)$/.test(args[0] ?? "")) {
    streamOf("stdout").write(`${VERSION}\n`);
    return;
  }
  const start = await load(args);
  const mayEnd = await start(args);
  // The library's own codes for wrong usage are negative; ours is 2.
  if (Number(process.exitCode) < 0 || Number(process.exitCode) > 2) process.exitCode = 2;
  // Else node takes the heap apart page by page, a fortieth of an analysis.
  if (mayEnd) process.exit();
}

void main();
