import { forEachChild, parse } from "unbash";
import type { Instruction, Stage } from "../model/types.ts";
import { heredocName, heredocContent } from "./heredoc.ts";
import { type ShellCommand, ShellReader } from "./shell-reader.ts";
import { type Passed, ShellWalk } from "./shell-walk.ts";

export type { ShellCommand } from "./shell-reader.ts";

const parser = { parse, forEachChild };

/** The commands of a script in order, those inside `sh -c "…"` right after the shell that runs them. Never throws. */
export function commandsIn(script: string): readonly ShellCommand[] {
  return new ShellReader(parser, script).read();
}

/**
 * The commands that a script comes to when it is given these words, in order; where `environment` is undefined, any
 * variable may be set. Never throws.
 */
export function commandsGiven(
  script: string,
  words: readonly string[],
  environment?: ReadonlyMap<string, string>,
): readonly Passed[] {
  return new ShellWalk(words, environment).read(parser, script);
}

/** The commands of a vector such as `["sh", "-c", "exec gunicorn app:app"]`: the vector itself, then what its shell runs. */
function commandsOfVector(words: readonly string[]): readonly ShellCommand[] {
  if (words.length === 0) return [];
  return new ShellReader(parser, "").vector(words, { start: 0, end: 0 });
}

/** Why a shell would refuse the script; nothing for one it accepts. */
export function shellProblems(script: string): readonly { readonly message: string; readonly at: number }[] {
  try {
    return (parse(script).errors ?? []).map(({ message, pos }) => ({ message, at: pos }));
  } catch {
    return [{ message: "the script is nested too deeply", at: 0 }];
  }
}

/**
 * The commands that RUN, CMD, ENTRYPOINT, HEALTHCHECK CMD or an ONBUILD of these start. Ranges of shell form mean the
 * text that `scriptOf` gives. `stage`, when given, is asked for its SHELL: a shell we cannot read gives no commands.
 */
export function commandsOfInstruction(instruction: Instruction, stage?: Stage): readonly ShellCommand[] {
  if (instruction.keyword === "HEALTHCHECK" || instruction.keyword === "ONBUILD") {
    return instruction.inner === undefined ? [] : commandsOfInstruction(instruction.inner, stage);
  }
  if (!["RUN", "CMD", "ENTRYPOINT"].includes(instruction.keyword)) return [];
  if (instruction.form === "exec") return commandsOfVector(instruction.words);
  if (!isPosixShell(shellBefore(instruction, stage))) return [];
  const script = scriptOf(instruction);
  const interpreter = interpreterOf(script);
  if (interpreter !== undefined && !isPosixShell(interpreter)) return commandsOfVector(interpreter);
  const before = known.get(instruction);
  if (before !== undefined) return before;
  const commands = commandsIn(script);
  known.set(instruction, commands);
  return commands;
}

/** Each instruction's script is read once, however many ask for its commands. */
const known = new WeakMap<Instruction, readonly ShellCommand[]>();

/**
 * The script a shell form runs: the arguments with their heredocs below them, or the heredoc alone when nothing else
 * stands on the line.
 */
export function scriptOf(instruction: Instruction): string {
  const [first] = instruction.heredocs;
  if (first === undefined) return instruction.args;
  if (isHeredocAlone(instruction)) return heredocContent(first);
  const documents = instruction.heredocs.map((heredoc) => `\n${heredocContent(heredoc)}${heredoc.name}`);
  return [instruction.args, ...documents].join("");
}

/** `RUN <<EOF` and nothing more. */
function isHeredocAlone(instruction: Instruction): boolean {
  return instruction.heredocs.length > 0 && heredocName(instruction.args) !== undefined;
}

/** The words after `#!` of a script that begins with them. */
function interpreterOf(script: string): readonly string[] | undefined {
  if (!script.startsWith("#!")) return undefined;
  const newline = script.indexOf("\n");
  const line = script.slice(2, newline < 0 ? undefined : newline);
  const words = line.trim().split(/\s+/);
  const isEnv = words[0]?.endsWith("/env") === true;
  return words.slice(isEnv ? 1 : 0).filter((word) => word !== "" && (!isEnv || word !== "-S"));
}

const posixShells = new Set(["sh", "bash", "dash", "ash", "zsh", "ksh", "busybox"]);

function isPosixShell(shell: readonly string[] | undefined): boolean {
  if (shell === undefined) return true;
  const name = shell[0]?.slice(shell[0].lastIndexOf("/") + 1) ?? "";
  return posixShells.has(name);
}

/** Most stages have none: a stage of thousands of instructions is not gone through for each of them. */
const shellsOf = new WeakMap<Stage, readonly Instruction[]>();

/** The last SHELL of the stage that stands before the instruction. */
function shellBefore(instruction: Instruction, stage: Stage | undefined): readonly string[] | undefined {
  if (stage === undefined) return undefined;
  const shells =
    shellsOf.get(stage) ?? stage.instructions.filter(({ keyword, form }) => keyword === "SHELL" && form === "exec");
  shellsOf.set(stage, shells);
  return shells.findLast(({ range }) => range.start < instruction.range.start)?.words;
}
