import { scriptOf } from "../../dockerfile/shell.ts";
import { stageState } from "../../dockerfile/stages.ts";
import type { Dockerfile, Instruction } from "../../model/types.ts";
import { baseOf } from "./base.ts";
import { rootImage } from "./settings.ts";
import type { Step } from "./steps.ts";

/** Read by a shell: in shell form, or as the argument of `sh -c`. */
export function isScript({ keyword, form, words, inner }: Instruction): boolean {
  const runs = ["RUN", "CMD", "ENTRYPOINT"].includes(keyword) || inner !== undefined;
  return runs && (form === "shell" || /^(?:\/bin\/)?sh$/.test(words[0] ?? ""));
}

/** The script; nothing for one that names another interpreter. */
export function scriptIn(instruction: Instruction): string {
  const inner = instruction.inner ?? instruction;
  const script = inner.form === "exec" ? (inner.words[2] ?? "") : scriptOf(inner);
  return script.startsWith("#!") ? "" : script;
}

/** dash or busybox, when that is what reads the instruction. */
export function shellOf(dockerfile: Dockerfile, { stage, instruction }: Step): "dash" | "busybox" | undefined {
  const set = stageState(dockerfile, stage, { before: instruction }).shell?.value[0];
  if (set !== undefined && !/^(?:\/bin\/)?sh$/.test(set)) return undefined;
  const { shell, minimal, name } = baseOf(rootImage(dockerfile, stage));
  // Distroless images have a shell only in some variants.
  if (minimal && /distroless/.test(name)) return undefined;
  return shell === "dash" || shell === "busybox" ? shell : undefined;
}

/**
 * `mkdir -p /srv/{a,b}`: one folder of that name, where the shell knows no such thing. An address may have curl's
 * own. What is looked for comes first: looking back from each character of a long line would take as long as it is long.
 */
const BRACES = String.raw`(?=\{[\w.*/-]+,)(?<=\b(?:rm|mkdir|cp|mv|chmod|chown|touch|install|ln)\s[^;&|\n]*)(?<![$\\\w]*:\/\/\S*)(?<![$\\{])\{[\w.*/-]+(?:,[\w.*/-]*)+\}`;
/** At the beginning of a command: the word that the shell in question does not know. */
const AT_START = String.raw`(?:^|[;&|({]\s*|\b(?:if|then|do|else|while|until|!)\s+)`;
/** What only bash reads as it is meant. */
export const BASH = {
  dash: new RegExp(
    String.raw`${AT_START}(?:\[\[\s|source\s|pushd\s|shopt\s|function\s+\w+)|\bset\s+-\w*o\s+pipefail|<\(|(?<![0-9>])&>|\{\d+\.\.\d+\}|${BRACES}`,
  ),
  busybox: new RegExp(String.raw`${AT_START}(?:pushd\s|shopt\s)|<\(|\{\d+\.\.\d+\}|${BRACES}`),
} as const;

/** What stands in quotes may be another shell's, or a pattern. */
export const withoutQuoted = (text: string): string => text.replaceAll(/"(?:[^"\\]|\\[^])*"|'[^']*'/g, "''");

/** The call of an application's factory that stands outside quotes. */
export function unquotedCall(script: string): string | undefined {
  const call = /(?<!['"\w])[\w.]+:\w+\([^'"]*\)/.exec(script)?.[0];
  const isQuoted =
    call !== undefined && new RegExp(`['"][^'"]*${call.replaceAll(/[.()]/g, String.raw`\$&`)}`).test(script);
  return isQuoted ? undefined : call;
}
