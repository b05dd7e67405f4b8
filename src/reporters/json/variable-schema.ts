import * as z from "zod";
import type { EnvVariable, SettingsField } from "../../model/types.ts";
import { type Wire, confidence, evidence, text, texts } from "./parts.ts";

export const settingsField: z.ZodType<Wire<SettingsField>> = z.object({ model: text, fields: texts });

/** A variable that the code reads. */
export const variable: z.ZodType<Wire<EnvVariable>> = z.object({
  name: text,
  required: z.boolean(),
  default: text.optional(),
  secret: z.boolean(),
  kind: z.enum(["text", "url", "database-url", "number", "boolean", "path", "region", "json"]),
  scheme: text.optional(),
  settings: settingsField.optional(),
  confidence,
  evidence: z.array(evidence),
});
