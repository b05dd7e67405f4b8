import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { schemas } from "../../../scripts/gen-schema.ts";
import { parseConfig } from "../../../src/pipeline/config-schema.ts";
import { CONFIG_TEMPLATE } from "../../../src/pipeline/config-template.ts";
import { parseRequirements } from "../../../src/requirements/schema.ts";

const published = (file: string) =>
  z.fromJSONSchema(JSON.parse(readFileSync(file, "utf8")) as z.core.JSONSchema.JSONSchema);

it.each(Object.entries(schemas))("%s is published as it is", (file, text) => {
  expect(readFileSync(file, "utf8"), "run `npm run gen`").toBe(text());
});

const templateOn = CONFIG_TEMPLATE.replaceAll(/^# (?=[a-zA-Z]+: ?[^ ]|[a-zA-Z]+:$| {2}(?:user|-))/gm, "");

it.each([
  ["{}", true],
  [templateOn, true],
  ["severity: { DL3025: note }\nfailOn: never\nrulesSince: 1.2.3\nbaseline: old.json\n", true],
  ["ignore: [{ rule: runs-as-root, reason: x, until: '2027-01-01', file: Dockerfile }]", true],
  ["ignore: [{ rule: runs-as-root }]", false],
  ["ignore: [{ rule: runs-as-root, reason: '' }]", false],
  ["ignore: [{ rule: runs-as-root, reason: x, until: soon }]", false],
  ["severity: { runs-as-root: off }", false],
  ["failOn: sometimes", false],
  ["outptu: x", false],
  ["env: { PORT: 8000 }", false],
  ["sidecars: [{ name: a, port: x, health: / }]", false],
])("the schema of seaworthy.yaml agrees with its reader: %j", (text, good) => {
  expect("config" in parseConfig(text)).toBe(good);
  expect(published("docs/seaworthy.schema.json").safeParse(parse(text)).success).toBe(good);
});

it.each([
  ["[{ id: A, text: x, proof: { check: non-root } }]", true],
  [
    "[{ id: A, text: x, proof: [{ rule: runs-as-root }, { any: [{ figure: sizeReductionPercent, atLeast: 3 }] }] }]",
    true,
  ],
  ["[{ id: A, text: x, proof: { notProvableHere: { reason: y, provenUpTo: { decision: user } } } }]", true],
  ["[{ id: A, text: x, proof: { check: non-root, threshold: { measured: '<= 30 s' } } }]", true],
  ["[{ id: A, text: x, proof: { check: no-such-check } }]", false],
  ["[{ id: A }]", false],
  ["[{ id: 'a b', text: x }]", false],
  ["{ id: A, text: x }", false],
  ["[{ id: A, text: x, proof: { all: [] } }]", false],
])("the schema of seaworthy.requirements.yaml agrees with its reader: %j", (text, good) => {
  expect(parseRequirements(text).problems.length === 0).toBe(good);
  expect(published("docs/seaworthy.requirements.schema.json").safeParse(parse(text)).success).toBe(good);
});

it("has every key of seaworthy.yaml in what `init` writes, with an example", () => {
  const { properties } = JSON.parse(readFileSync("docs/seaworthy.schema.json", "utf8")) as { properties: object };
  const shown = Object.keys(parse(templateOn) as object);
  expect(shown.toSorted()).toEqual(Object.keys(properties).toSorted());
});

it.each(["docs/checks.md", "docs/rules.md", "docs/decisions.md"])(
  "has the keys that %s tells people to set",
  (page) => {
    const { properties } = JSON.parse(readFileSync("docs/seaworthy.schema.json", "utf8")) as { properties: object };
    const told = [...readFileSync(page, "utf8").matchAll(/`([A-Za-z]+)(?::[^`]*)?` (?:in|of) `?seaworthy\.yaml/g)];
    expect(told.map(([, key]) => key).filter((key) => !(key !== undefined && key in properties))).toEqual([]);
  },
);

it("is named in the first line of a new seaworthy.yaml", () => {
  expect(CONFIG_TEMPLATE).toMatch(/^# yaml-language-server: \$schema=\.seaworthy\/seaworthy\.schema\.json\n/);
});
