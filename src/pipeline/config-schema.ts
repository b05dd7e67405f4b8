import { isNode, LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import type { Config } from "./config.ts";

/** The schema of `seaworthy.yaml`, apart from its reader so that a folder without one never loads it. */
export const configSchema: z.ZodType<Partial<Config>> = z.strictObject({
  dockerfile: z.string().optional(),
  output: z.string().optional(),
  keep: z.array(z.string()).optional(),
  profile: z.string().optional(),
  target: z.string().optional(),
  buildArgs: z.record(z.string(), z.string()).optional(),
  env: z.record(z.string(), z.string()).optional(),
  decisions: z.record(z.string(), z.unknown()).optional(),
  limits: z.record(z.string(), z.number()).optional(),
  ignore: z.array(z.strictObject({ rule: z.string(), reason: z.string().min(1) })).optional(),
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
