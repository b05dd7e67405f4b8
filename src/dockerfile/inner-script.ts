import type { Range } from "../model/types.ts";
import type { ShellRedirect, ShellWord } from "./shell-reader.ts";

const shells = new Set(["sh", "bash", "dash", "ash", "zsh", "ksh"]);
const wrappers = new Set(["exec", "command", "env", "nohup", "time", "sudo"]);

export interface InnerScript {
  readonly text: string;
  /** Of the word that holds it; undefined for a heredoc. */
  readonly range: Range | undefined;
}

/** The script that a command gives to a shell: `sh -c "…"`, `exec bash -lc "…"`, or a heredoc on a shell's input. */
export function innerScript(words: readonly ShellWord[], redirects: readonly ShellRedirect[]): InnerScript | undefined {
  const rest = words.slice(shellAt(words));
  const [shell, ...args] = rest[0] !== undefined && baseName(rest[0]) === "busybox" ? rest.slice(1) : rest;
  if (shell === undefined || !shells.has(baseName(shell))) return undefined;
  const { script, isText } = operand(args);
  if (isText) return script === undefined ? undefined : { text: script.value, range: script.range };
  if (script !== undefined && script.value !== "-") return undefined;
  const heredoc = redirects.find(({ content }) => content !== undefined)?.content;
  return heredoc === undefined ? undefined : { text: heredoc, range: undefined };
}

/** The first argument that is no option of the shell; it is the script's text when `-c` was among them. */
function operand(args: readonly ShellWord[]): { readonly script: ShellWord | undefined; readonly isText: boolean } {
  let isText = false;
  for (let index = 0; index < args.length; index++) {
    const option = args[index]?.value ?? "";
    if (!/^[-+]./.test(option)) return { script: args[index], isText };
    if (/^-[a-zA-Z]*c/.test(option)) isText = true;
    // `-o pipefail`, also as the end of a cluster: `-euxo pipefail`.
    if (/^[-+][a-zA-Z]*[oO]$/.test(option)) index++;
  }
  return { script: undefined, isText };
}

/** Passes over `exec`, `env NAME=value` and the like. */
function shellAt(words: readonly ShellWord[]): number {
  let at = 0;
  for (; at < words.length; at++) {
    const word = words[at];
    if (word === undefined) break;
    const isOption = at > 0 && /^(?:-|[A-Za-z_]\w*=)/.test(word.value);
    if (!isOption && !wrappers.has(baseName(word))) break;
  }
  return at;
}

const baseName = ({ value }: ShellWord): string => value.slice(value.lastIndexOf("/") + 1);
