import type { Place } from "../../model/types.ts";
import { localUrl } from "../../project/local-url.ts";
import { SourceText } from "../../project/source-text.ts";
import { once } from "../../kit/once.ts";
import type { RuleInput } from "../rule.ts";
import { type Command, commandsIn } from "./commands.ts";
import { fileAt, isShell, placesOfWord } from "./entrypoint.ts";
import { type Healthcheck, healthcheckOf, withVariables } from "./health.ts";
import { nameOf } from "./start.ts";
import { situationAt } from "./settings.ts";

/** How the health check starts a script. */
export interface HealthScriptCall {
  readonly health: Healthcheck;
  /** Where the script may lie in the image. */
  readonly places: readonly string[];
  readonly how: ScriptReader;
}

/** `exec`: by the engine itself; `path`: by a shell that starts it as a program; `read`: by a shell that reads it. */
export type ScriptReader = "exec" | "path" | "read" | "python";

/** A script of the repository that the health check starts. */
export interface HealthScript extends HealthScriptCall {
  readonly file: string;
  /** None where something else than a shell reads it. */
  readonly commands: ReadonlyArray<{ readonly command: Command; readonly place: Place }>;
  /** The address of this machine that it asks, where it names one and no other. */
  readonly asks: Asked | undefined;
}

interface Asked {
  readonly port: string | undefined;
  readonly path: string;
  readonly place: Place;
}

/** Undefined where the first command of the health check is no script. */
export const healthScriptCall: (input: RuleInput) => HealthScriptCall | undefined = once(({ dockerfile }) => {
  const health = healthcheckOf(dockerfile);
  const [program = "", ...words] = health?.commands[0]?.argv ?? [];
  if (health === undefined) return undefined;
  const reader = READERS.find(([, name]) => name.test(nameOf(program)))?.[0];
  const word = reader === undefined ? program : words.find((one) => !/^-[euxBsEI]+$/.test(one));
  if (word === undefined || !/^[\w./][\w./-]*$/.test(word)) return undefined;
  const { workdir } = situationAt(dockerfile, health.stage);
  const byItself = (health.instruction.inner ?? health.instruction).form === "exec" ? "exec" : "path";
  // What reads a file does not look for it on PATH.
  const isHere = reader !== undefined && !word.includes("/");
  return { health, places: placesOfWord(workdir, isHere ? `./${word}` : word), how: reader ?? byItself };
});

const READERS: ReadonlyArray<readonly [how: ScriptReader, name: RegExp]> = [
  ["python", /^python[\d.]*$/],
  ["read", /^(?:ba|da|a)?sh$/],
];

export const healthScript: (input: RuleInput) => HealthScript | undefined = once((input) => {
  const call = healthScriptCall(input);
  if (call === undefined) return undefined;
  for (const destination of call.places) {
    const found = fileAt(input, destination);
    if (found === undefined) continue;
    const { file, text, firstLine, isFlat } = found;
    const source = new SourceText(file, text);
    const placeOf = (offset: number): Place => ({
      file,
      line: (isFlat ? 1 : source.line(Math.max(0, offset))) + firstLine - 1,
    });
    const isRead = isShell(destination, text);
    const commands = (isRead ? commandsIn(text) : []).map((command) => ({
      command,
      place: placeOf(command.start ?? text.indexOf(command.text)),
    }));
    const { env } = situationAt(input.dockerfile, call.health.stage);
    return { ...call, file, commands, asks: askedIn(isRead ? withVariables(text, env) : text, found) };
  }
  return undefined;
});

function askedIn(
  text: string,
  { file, firstLine, isFlat }: { readonly file: string; readonly firstLine: number; readonly isFlat: boolean },
) {
  const found = text.split("\n").flatMap((line, index): readonly Asked[] => {
    const asked = /^\s*#/.test(line) ? undefined : localUrl(line);
    return asked === undefined ? [] : [{ ...asked, place: { file, line: isFlat ? firstLine : firstLine + index } }];
  });
  const [first, ...others] = found;
  return others.some(({ port, path }) => port !== first?.port || path !== first?.path) ? undefined : first;
}

/** What the health check asks this machine for; `place` where a script of the repository does it. */
export function healthAsked(
  input: RuleInput,
): (Pick<Asked, "port" | "path"> & { readonly health: Healthcheck; readonly place: Place | undefined }) | undefined {
  const health = healthcheckOf(input.dockerfile);
  const script = health?.url === undefined ? healthScript(input)?.asks : undefined;
  const asked = health?.url ?? script;
  if (health === undefined || asked === undefined) return undefined;
  return { port: asked.port, path: asked.path, health, place: script?.place };
}
