import type { Dockerfile, Instruction, Service, Stage } from "../../model/types.ts";
import { localUrl } from "../../project/local-url.ts";
import { stageState } from "../../dockerfile/stages.ts";
import { type Command, commandsOf } from "./commands.ts";
import { shippedStage } from "./steps.ts";

export interface Healthcheck {
  readonly stage: Stage;
  readonly instruction: Instruction;
  readonly commands: readonly Command[];
  /** The local address it asks, when the text shows one. */
  readonly url: { readonly port: string | undefined; readonly path: string } | undefined;
}

/** The HEALTHCHECK of the shipped image; undefined for none and for `HEALTHCHECK NONE`. */
export function healthcheckOf(dockerfile: Dockerfile): Healthcheck | undefined {
  const stage = shippedStage(dockerfile);
  const state = stage && stageState(dockerfile, stage);
  const set = state?.healthcheck;
  if (!stage || !state || !set || set.value === "none") return undefined;
  const expanded = withVariables(set.instruction.args, state.env);
  return { stage, instruction: set.instruction, commands: commandsOf(set.instruction), url: localUrl(expanded) };
}

/** More than any health check has; a long value in a hostile one, named often enough, would fill the memory. */
const MOST_FILLED = 100_000;

/** A shell's text with what the image sets; what it does not has its fallback, or stays as written. */
export function withVariables(text: string, env: ReadonlyMap<string, { readonly value: string }>): string {
  let room = MOST_FILLED;
  return text.replaceAll(/\$\{?(\w+)(?::?-([^}]*))?\}?/g, (written, name: string, fallback?: string) => {
    const value = env.get(name)?.value ?? fallback ?? written;
    room -= value.length;
    return room < 0 ? written : value;
  });
}

/** Whether a route of the service answers a path, as far as they are known. */
export function answersPath({ routes, healthPaths }: Service, path: string): boolean {
  const plain = (text: string): string => text.replace(/\/+$/, "") || "/";
  const known = [...routes.map((route) => route.path), ...healthPaths.map(({ value }) => value)];
  // A mounted application or a prefix that we could not follow ends with a route we know.
  return path === "/" || known.some((one) => matches(plain(path), plain(one)));
}

function matches(path: string, route: string): boolean {
  if (path === route || (route !== "/" && path.endsWith(route))) return true;
  const parts = route.split("/");
  const asked = path.split("/");
  return parts.length === asked.length && parts.every((part, index) => /[{<:]/.test(part) || part === asked[index]);
}
