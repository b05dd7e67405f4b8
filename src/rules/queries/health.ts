import type { Dockerfile, Instruction, Stage } from "../../model/types.ts";
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
  const expanded = set.instruction.args.replaceAll(
    /\$\{?(\w+)(?::?-([^}]*))?\}?/g,
    (written, name: string, fallback?: string) => state.env.get(name)?.value ?? fallback ?? written,
  );
  return { stage, instruction: set.instruction, commands: commandsOf(set.instruction), url: localUrl(expanded) };
}

/** The first address of this machine in a text: `http://127.0.0.1:8000/health`. */
function localUrl(text: string): Healthcheck["url"] {
  const match =
    /https?:\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::(\d+|\$\{?\w+[^/}]*\}?))?(\/[^\s'"`\\?#),;|&]*)?/.exec(
      text,
    );
  if (!match) return undefined;
  const [, port, path = "/"] = match;
  if (port !== undefined && !/^\d+$/.test(port)) return { port: undefined, path };
  return { port: port ?? (match[0].startsWith("https") ? "443" : "80"), path };
}
