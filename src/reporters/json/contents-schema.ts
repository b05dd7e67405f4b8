import * as z from "zod";
import type { Contents } from "../../model/types.ts";
import { type Wire, bytes, text, texts } from "./parts.ts";

const installed = z.object({
  kind: z.enum(["deb", "apk", "rpm", "pypi"]),
  name: text,
  version: text,
  architecture: text.optional(),
  licences: texts,
  bytes,
  record: z.object({ path: text, sha256: text }).optional(),
  outsideEnvironment: z.literal(true).optional(),
  ofSystem: z.literal(true).optional(),
  direct: text.optional(),
});

const owned = z.object({
  kind: z.enum(["operating system", "Python", "distribution", "application", "cache", "other"]),
  name: text,
  bytes,
  files: z.number().int(),
});

const waste = z.object({
  layer: z.number().int(),
  deleted: bytes,
  replaced: bytes,
  doubled: bytes,
  example: text,
});

/** What is in an image. */
export const contentsSchema: z.ZodType<Wire<Contents>> = z.object({
  system: z.object({ id: text, version: text, name: text }).optional(),
  packages: z.array(installed),
  owners: z.array(owned),
  waste: z.array(waste),
});
