import type { Dockerfile, Evidence, Instruction, Stage, StartCommand } from "../model/types.ts";
import { SourceText } from "./source-text.ts";
import { type Unwrapped, unwrap, unwrapShell } from "./unwrap.ts";

/** The stage that ships, and those it is built on, itself first. */
export function shippedStages(dockerfile: Dockerfile): readonly Stage[] {
  const chain: Stage[] = [];
  for (let stage = dockerfile.stages.at(-1); stage !== undefined && !chain.includes(stage);) {
    chain.push(stage);
    stage = stage.parent === undefined ? undefined : dockerfile.stages[stage.parent];
  }
  return chain;
}

/** The last instruction of a kind in the stage that ships, looked for down to its base. */
export function lastOf(stages: readonly Stage[], keyword: string): Instruction | undefined {
  for (const stage of stages) {
    const found = stage.instructions.findLast((instruction) => instruction.keyword === keyword);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What the Dockerfile starts: ENTRYPOINT and CMD together, as Docker puts them together. */
export function dockerfileStarts(dockerfile: Dockerfile): readonly StartCommand[] {
  const stages = shippedStages(dockerfile);
  const entrypoint = lastOf(stages, "ENTRYPOINT");
  const ownCommand = lastOf(stages, "CMD");
  const command = isReset(stages, entrypoint, ownCommand) ? undefined : ownCommand;
  const shown = command ?? entrypoint;
  if (shown === undefined || (shown.form === "exec" && shown.words.length === 0)) return [];
  const source = new SourceText(dockerfile.path, dockerfile.text);
  const written = [entrypoint, command].filter((each) => each !== undefined);
  const start = { written: written.map((each) => each.args).join(" "), evidence: source.at(shown.range.start) };
  const form = written.every((each) => each.form === "exec") ? "exec" : "shell";
  const words = written.flatMap((each) => each.words);
  if (form === "exec") return [startOf("dockerfile", start, "exec", unwrapScript(words))];
  // With a shell-form ENTRYPOINT Docker does not pass CMD on; with an exec-form one, CMD in shell form arrives as `/bin/sh -c text`.
  if (entrypoint?.form === "shell") return [startOf("dockerfile", start, "shell", unwrapShell(entrypoint.args))];
  const inner = command === undefined ? unwrap([]) : unwrapShell(command.args);
  const outer = entrypoint === undefined ? [] : entrypoint.words;
  return [startOf("dockerfile", start, "shell", { ...inner, wrappers: [...outer, "sh -c", ...inner.wrappers] })];
}

/** An ENTRYPOINT set in a later stage than CMD takes the inherited CMD away. */
function isReset(
  stages: readonly Stage[],
  entrypoint: Instruction | undefined,
  command: Instruction | undefined,
): boolean {
  const depth = (wanted: Instruction | undefined) =>
    stages.findIndex((stage) => wanted !== undefined && stage.instructions.includes(wanted));
  return entrypoint !== undefined && command !== undefined && depth(entrypoint) < depth(command);
}

/** An entrypoint script in front (`/entrypoint.sh uvicorn …`) hands over to the rest by convention. */
function unwrapScript(words: readonly string[]): Unwrapped {
  const [first = "", ...rest] = words;
  const isScript = /\.(?:sh|bash)$/.test(first) || /(?:^|\/)(?:docker-)?entrypoint$/.test(first);
  if (!isScript || rest.length === 0) return unwrap(words);
  const inner = unwrap(rest);
  return { ...inner, wrappers: [first, ...inner.wrappers] };
}

export function startOf(
  source: StartCommand["source"],
  found: { readonly written: string; readonly evidence: Evidence },
  form: StartCommand["form"],
  unwrapped: Unwrapped,
): StartCommand {
  const { argv, wrappers, server, role } = unwrapped;
  return { source, role, written: found.written, form, argv, wrappers, server, evidence: found.evidence };
}
