import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import * as z from "zod";
import { SCHEMA_FILE, schemaText } from "../../scripts/gen-schema.ts";
import { json } from "../../src/reporters/json.ts";
import { reportSchema } from "../../src/reporters/json/schema.ts";
import { passingReport, sampleReport } from "../golden/sample-report.ts";

type Json = Record<string, unknown>;
const written = async () => JSON.parse(await json.render(sampleReport)) as Json;

it("is published as it is", () => {
  expect(readFileSync(SCHEMA_FILE, "utf8"), "run `npm run gen`").toBe(schemaText());
});

it("accepts what the JSON reporter writes, field for field", async () => {
  expect(reportSchema.parse(await written())).toEqual(await written());
  expect(() => reportSchema.parse(JSON.parse(JSON.stringify(passingReport)))).not.toThrow();
});

it("says the same as JSON Schema", async () => {
  const published = z.fromJSONSchema(JSON.parse(readFileSync(SCHEMA_FILE, "utf8")) as z.core.JSONSchema.JSONSchema);
  expect(published.safeParse(await written()).success).toBe(true);
  expect(published.safeParse({ ...(await written()), pins: [{ image: 7 }] }).success).toBe(false);
});

it.each([
  ["a missing side", (report: Json) => delete report["after"]],
  ["an unknown status", (report: Json) => (report["verdict"] = { status: "ok", sentence: "" })],
  ["a size that is no number", (report: Json) => ((report["before"] as Json)["image"] = { bytes: "1 GB" })],
])("refuses %s", async (_, spoil) => {
  const report = await written();
  spoil(report);
  expect(reportSchema.safeParse(report).success).toBe(false);
});

it("lets a later version add fields", async () => {
  expect(reportSchema.safeParse({ ...(await written()), added: 1 }).success).toBe(true);
});
