import * as z from "zod";
import type { Expectation, Report } from "../../model/types.ts";
import { adviceSchema } from "./advice-schema.ts";
import { type Wire, confidence, milliseconds, text, texts } from "./parts.ts";
import { serviceSchema } from "./service-schema.ts";
import { settingsField } from "./variable-schema.ts";
import { requirementSchema, sideSchema } from "./side-schema.ts";

const decision = z.object({
  id: text,
  title: text,
  choice: text,
  because: text,
  evidence: texts,
  rejected: z.array(z.object({ option: text, because: text })),
  resolves: texts,
});

const expectation = z.looseObject({ id: text, title: text, where: text, kind: text }) as unknown as z.ZodType<
  Wire<Expectation>
>;

const contract = z.object({
  port: z.number().int(),
  portVariable: text.optional(),
  uid: z.number().int(),
  gid: z.number().int(),
  env: z.array(
    z.object({
      name: text,
      required: z.boolean(),
      secret: z.boolean(),
      default: text.optional(),
      example: text,
      settings: settingsField.optional(),
    }),
  ),
  sidecars: z
    .array(
      z.object({
        name: text,
        image: text.optional(),
        build: text.optional(),
        port: z.number().int(),
        health: text,
        env: z.record(text, text).optional(),
      }),
    )
    .optional(),
  health: z.object({ path: text }).optional(),
  readOnlyRoot: z.boolean(),
  writablePaths: texts,
  signals: z.object({ stop: text, graceSeconds: z.number() }),
  drain: z.object({ method: text, path: text }).optional(),
  websocket: z.object({ path: text, headers: z.record(text, text).optional() }).optional(),
  logs: z.literal("stdout-stderr"),
  absentDistributions: texts,
  absentPrograms: texts,
  limits: z.object({
    startSeconds: z.number(),
    warmBuildSeconds: z.number(),
    coldBuildSeconds: z.number(),
    sizeRatio: z.number(),
  }),
  kind: z.enum(["worker", "task", "unknown"]).optional(),
  // What the team's checks ask for has a form for each kind; whoever reads a report needs who they are.
  expectations: z.array(expectation).optional(),
});

const pin = z.object({
  image: text,
  digest: text.optional(),
  mediaType: text.optional(),
  platform: text,
  resolvedAt: text.optional(),
  from: text,
  problem: text.optional(),
  standIn: text.optional(),
});

const run = z.object({
  id: text,
  startedAt: text,
  engine: text,
  machine: text,
  timeline: z.array(z.object({ step: text, startMs: milliseconds, milliseconds, reused: z.boolean() })),
  notes: texts,
});

const severity = z.enum(["error", "warning", "note"]);
const judging = z.object({
  severity,
  confidence,
  category: text,
  aliases: texts,
  since: text,
  provenBy: texts,
});
const entries = z.array(
  z.object({
    id: text,
    title: text,
    why: text,
    advice: text.optional(),
    source: text,
    severity: severity.optional(),
    judging: judging.optional(),
  }),
);

/** What report.json holds. The type is checked against the model, so a required field that is added there must be added here. */
export const reportSchema: z.ZodType<Wire<Report>> = z.object({
  schema: z.literal(1),
  tool: z.object({ name: z.literal("seaworthy"), version: text }),
  run,
  service: serviceSchema,
  before: sideSchema,
  after: sideSchema,
  profile: text,
  decisions: z.array(decision),
  refusals: z.array(z.object({ id: text, what: text, because: text, instead: text, blocking: z.boolean().optional() })),
  contract,
  pins: z.array(pin),
  files: z.array(
    z.object({
      path: text,
      content: text,
      executable: z.boolean(),
      mode: z.enum(["whole", "block"]),
      why: text,
      replaces: text.optional(),
    }),
  ),
  verdict: z.object({ status: z.enum(["pass", "fail", "unproven"]), sentence: text }),
  requirements: z.array(requirementSchema).optional(),
  advice: adviceSchema.optional(),
  catalogue: z.object({ rules: entries, checks: entries }).optional(),
});

/** The same as JSON Schema, 2020-12: docs/report.schema.json. */
export function reportJsonSchema(): object {
  const { $schema, ...rest } = z.toJSONSchema(reportSchema, { io: "input", reused: "ref" });
  return { $schema, title: "seaworthy report", description: "The content of report.json, version 1.", ...rest };
}
