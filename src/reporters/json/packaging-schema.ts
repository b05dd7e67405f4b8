import * as z from "zod";
import type { PackagingFacts } from "../../model/types.ts";
import { type Wire, evidence, fact, text, texts } from "./parts.ts";

export const packaging: z.ZodType<Wire<PackagingFacts>> = z.object({
  kind: fact(z.enum(["package", "unpackaged"])),
  buildBackend: text.optional(),
  layout: z.enum(["flat", "src", "none"]),
  importPackages: texts,
  metadataFiles: texts,
  consoleScripts: z.record(text, text),
  setuptools: z.object({ module: z.enum(["pkg_resources", "setuptools"]), evidence }).optional(),
  readsOwnVersion: fact(z.boolean()),
  looksUpFromFile: fact(z.boolean()),
  versionFromGit: fact(z.boolean()),
});

/** Members of a uv workspace that stand for its root. */
export const members = z.object({
  asked: texts,
  members: z.array(z.object({ name: text, path: text, package: z.boolean() })),
  others: texts,
  hindrance: z.object({ kind: z.enum(["unknown", "own-lock", "dynamic", "root"]), names: texts }).optional(),
});
