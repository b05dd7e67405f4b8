/** Writes docs/report.schema.json, the published form of report.json. */
import { mkdirSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { reportJsonSchema } from "../src/reporters/json/schema.ts";

export const SCHEMA_FILE = "docs/report.schema.json";
export const schemaText = (): string => `${JSON.stringify(reportJsonSchema(), undefined, 2)}\n`;

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  mkdirSync("docs", { recursive: true });
  writeFileSync(SCHEMA_FILE, schemaText());
}
