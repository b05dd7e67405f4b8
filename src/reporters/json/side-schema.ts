import * as z from "zod";
import type { RequirementResult, Side } from "../../model/types.ts";
import { contentsSchema } from "./contents-schema.ts";
import { type Wire, bytes, confidence, milliseconds, place, text, texts } from "./parts.ts";

const measurement = z.object({
  value: z.number(),
  unit: z.enum(["ms", "bytes", "count", "seconds", "percent"]),
  how: text,
  samples: z.array(z.number()),
  name: text.optional(),
});

const status = z.enum(["pass", "fail", "unproven", "accepted", "not-applicable"]);
const check = z.object({
  id: text,
  title: text,
  severity: z.enum(["error", "warning", "note"]).optional(),
  status,
  decides: z.literal(false).optional(),
  was: z.enum(["fail", "unproven"]).optional(),
  unproven: texts.optional(),
  busy: z.literal(true).optional(),
  message: text,
  measured: measurement.optional(),
  evidence: texts,
  excerpts: z.array(z.object({ title: text, lines: texts })).optional(),
});

const edit = z.object({ file: text, start: z.number().int(), end: z.number().int(), text });
export const findingSchema = z.object({
  rule: text,
  severity: z.enum(["error", "warning", "note"]),
  confidence,
  message: text,
  where: place.optional(),
  related: z.array(place.extend({ message: text })).optional(),
  advice: text,
  provenBy: texts.optional(),
  fix: z.object({ title: text, edits: z.array(edit) }).optional(),
  fingerprint: text.optional(),
});
export const suppressedSchema = findingSchema.extend({
  suppression: z.object({
    by: z.enum(["comment", "configuration", "baseline"]),
    justification: text,
    where: place.optional(),
  }),
});

const healthcheck = z.object({
  test: texts,
  intervalMs: milliseconds,
  timeoutMs: milliseconds,
  startPeriodMs: milliseconds,
  retries: z.number(),
});
const image = z.object({
  id: text,
  tag: text,
  platform: text,
  config: z.object({
    user: text,
    env: texts,
    entrypoint: texts,
    command: texts,
    workdir: text,
    exposed: texts,
    volumes: texts,
    labels: z.record(text, text),
    stopSignal: text.optional(),
    healthcheck: healthcheck.optional(),
    history: z.array(z.object({ createdBy: text, empty: z.boolean() })),
  }),
});
const layer = z.object({
  diffId: text,
  bytes,
  contentBytes: bytes.optional(),
  estimatedContentBytes: bytes.optional(),
  createdBy: text,
  files: z.number().int(),
});
const step = z.object({
  name: text,
  stage: text.optional(),
  cached: z.boolean(),
  milliseconds,
  error: text.optional(),
});
const build = z.object({
  kind: z.enum(["cold", "warm", "source-edit", "lock-edit", "touch"]),
  measuredIn: z.string().optional(),
  crowd: z.number().optional(),
  milliseconds,
  steps: z.array(step),
});

const rebuilt = z.object({
  problem: text.optional(),
  measuredIn: text.optional(),
  layers: z.number().int(),
  again: z.number().int(),
  equal: z.number().int(),
  configuration: texts,
  moved: texts,
  differing: z.array(
    z.object({
      layer: z.number().int(),
      step: text,
      differences: z.array(
        z.object({
          kind: z.enum([
            "times",
            "bytecode-times",
            "records",
            "bytecode",
            "logs",
            "moved",
            "archive",
            "content",
            "rights",
            "only-once",
          ]),
          files: z.number().int(),
          examples: texts,
          why: text.optional(),
        }),
      ),
    }),
  ),
});

const buildSide = z.object({
  image: image.optional(),
  dockerfile: text,
  builds: z.array(build),
  bases: z.array(z.object({ named: text, used: text, standIn: z.boolean(), really: text.optional() })),
  canaries: texts.optional(),
  planted: z.number().int().optional(),
  inputKey: text.optional(),
  mounts: text.optional(),
  notCold: text.optional(),
  rebuilt: rebuilt.optional(),
  failure: z.object({ step: text, log: texts, where: text.optional() }).optional(),
  edited: z.object({ source: text, lock: text.optional(), failed: z.record(z.string(), text).optional() }).optional(),
});

/** One requirement of the team, as judged. */
export const requirementSchema: z.ZodType<Wire<RequirementResult>> = z.object({
  id: text,
  text,
  source: text.optional(),
  status,
  message: text,
  measured: measurement.optional(),
  before: z.object({ status, message: text, measured: measurement.optional() }).optional(),
  evidence: z.array(z.object({ proof: text, status, message: text, files: texts })),
});

export const sideSchema: z.ZodType<Wire<Side>> = z.object({
  label: z.enum(["before", "after"]),
  dockerfile: text.optional(),
  findings: z.array(findingSchema),
  suppressed: z.array(suppressedSchema).optional(),
  image: z
    .object({
      tag: text,
      id: text,
      bytes,
      contentBytes: bytes.optional(),
      contentEstimated: z.literal(true).optional(),
      layers: z.array(layer),
    })
    .optional(),
  contents: contentsSchema.optional(),
  builds: z.object({
    cold: milliseconds.optional(),
    warm: milliseconds.optional(),
    sourceEdit: milliseconds.optional(),
    lockEdit: milliseconds.optional(),
    samples: z.record(text, z.array(milliseconds)).optional(),
  }),
  buildSide: buildSide.optional(),
  checks: z.array(check),
  figures: z.record(text, measurement),
});
