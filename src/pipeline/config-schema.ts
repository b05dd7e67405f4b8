import { isNode, LineCounter, parseDocument } from "yaml";
import * as z from "zod/mini";
import type { Config } from "./config.ts";

/** The schema of `seaworthy.yaml`, apart from its reader so that a folder without one never loads it. */
export const configSchema: z.ZodMiniType<Partial<Config>> = z.strictObject({
  dockerfile: z.optional(z.string()),
  output: z.optional(z.string()),
  keep: z.optional(z.array(z.string())),
  profile: z.optional(z.string()),
  target: z.optional(z.string()),
  buildArgs: z.optional(z.record(z.string(), z.string())),
  env: z.optional(z.record(z.string(), z.string())),
  decisions: z.optional(z.record(z.string(), z.unknown())),
  limits: z.optional(z.record(z.string(), z.number())),
  ignore: z.optional(z.array(z.strictObject({ rule: z.string(), reason: z.string().check(z.minLength(1)) }))),
});

export function parseConfig(text: string): { config: Partial<Config> } | { problem: string; line: number } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const error = document.errors[0];
  if (error !== undefined) return { problem: firstLine(error.message), line: lines.linePos(error.pos[0]).line };
  const parsed = configSchema.safeParse(valueOf(document) ?? {});
  if (parsed.success) return { config: parsed.data };
  const issue = parsed.error.issues[0];
  const path = [...(issue?.path ?? [])] as (string | number)[];
  const unknown = issue?.code === "unrecognized_keys" ? issue.keys[0] : undefined;
  const node: unknown = document.getIn(unknown === undefined ? path : [...path, unknown], true);
  const line = isNode(node) && node.range ? lines.linePos(node.range[0]).line : 1;
  return { problem: `${path.join(".") || "seaworthy.yaml"}: ${issue?.message ?? "is not valid"}`, line };
}

function valueOf(document: ReturnType<typeof parseDocument>): unknown {
  // An alias bomb must not eat the memory: a configuration needs no aliases at all.
  return document.toJS({ maxAliasCount: 100 });
}

const firstLine = (text: string): string => text.split("\n")[0]?.replace(/ at line \d+, column \d+:?$/, "") ?? text;
