import * as z from "zod";
import { text } from "../../reporters/json/parts.ts";
import { serviceSchema } from "../../reporters/json/service-schema.ts";
import { findingSchema, suppressedSchema } from "../../reporters/json/side-schema.ts";

const count = z.number().int().nonnegative();

/** What `analyze --json` and `--format json` write: one shape, whether for one folder or for several. */
const analysisSchema = z.object({
  schema: z.literal(1),
  tool: z.object({ name: z.literal("seaworthy"), version: text }),
  services: z.array(
    z.object({
      folder: text.meta({ description: "Where the service is, seen from where the command ran." }),
      name: text.optional(),
      judged: z.boolean().meta({ description: "False when it could not be judged: its one finding says why." }),
      dockerfile: text.optional(),
      otherDockerfiles: z.array(text).optional().meta({
        description: "Those of the folder that make images of their own and were not judged, where nobody chose one.",
      }),
      findings: z.array(findingSchema),
      suppressed: z.array(suppressedSchema),
      unchanged: count.meta({ description: "Findings on lines that did not change, with --changed." }),
      facts: serviceSchema.optional().meta({ description: "What the files tell; with --json and one folder." }),
    }),
  ),
  summary: z.object({
    services: count,
    refused: count,
    suppressed: count,
    fixable: count.optional(),
    findings: z.object({ error: count, warning: count, note: count }),
  }),
});

/** The same as JSON Schema, 2020-12: docs/analyze.schema.json. */
export function analysisJsonSchema(): object {
  const { $schema, ...rest } = z.toJSONSchema(analysisSchema, { io: "input", reused: "ref" });
  return { $schema, title: "seaworthy analyze", description: "What `analyze --json` writes, version 1.", ...rest };
}
