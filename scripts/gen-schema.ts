/** The published JSON Schemas: of report.json, of what `analyze --json` writes, and of the files that a team writes, for its editor. */
import { analysisJsonSchema } from "../src/formats/view/analysis-schema.ts";
import { configJsonSchema } from "../src/pipeline/config-schema.ts";
import { reportJsonSchema } from "../src/reporters/json/schema.ts";
import { requirementsJsonSchema } from "../src/requirements/schema.ts";

export const SCHEMA_FILE = "docs/report.schema.json";
export const schemaText = (): string => textOf(reportJsonSchema());

const textOf = (schema: object): string => `${JSON.stringify(schema, undefined, 2)}\n`;

export const schemas: Readonly<Record<string, () => string>> = {
  [SCHEMA_FILE]: schemaText,
  "docs/analyze.schema.json": () => textOf(analysisJsonSchema()),
  "docs/seaworthy.schema.json": () => textOf(configJsonSchema()),
  "docs/seaworthy.requirements.schema.json": () => textOf(requirementsJsonSchema()),
};
