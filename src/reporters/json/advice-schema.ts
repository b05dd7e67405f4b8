import * as z from "zod";
import type { Advice } from "../../model/types.ts";
import { type Wire, bytes, text, texts } from "./parts.ts";

const writable = z.object({
  needed: texts.optional(),
  basis: text,
  folders: z.array(
    z.object({
      path: text,
      needed: z.boolean(),
      declared: z.boolean(),
      when: z.enum(["start", "use", "unknown"]),
      by: texts,
      example: text,
    }),
  ),
});

const resources = z.object({
  memoryBytes: bytes.optional(),
  cpus: z.number().optional(),
  fargate: z.object({ cpus: z.number(), memoryMiB: z.number() }).optional(),
  basis: texts,
});

export const adviceSchema: z.ZodType<Wire<Advice>> = z.object({
  writable: writable.optional(),
  resources: resources.optional(),
});
