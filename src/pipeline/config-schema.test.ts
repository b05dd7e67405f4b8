import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { decisionSettings } from "./config-decisions.ts";
import { CONFIG_TEMPLATE } from "./config-template.ts";
import { parseConfig } from "./config-schema.ts";

it("reads every key", () => {
  const text =
    "output: Dockerfile.prod\nkeep: [Dockerfile]\nlimits: { startSeconds: 30 }\nignore: [{ rule: DL3025, reason: b }]\n";
  expect(parseConfig(text)).toMatchObject({ config: { output: "Dockerfile.prod", limits: { startSeconds: 30 } } });
});

it("accepts the template as it is, and with its lines switched on", () => {
  expect(parseConfig(CONFIG_TEMPLATE)).toEqual({ config: {} });
  const on = CONFIG_TEMPLATE.replaceAll(/^# (?=[a-zA-Z]+: ?[^ ]|[a-zA-Z]+:$| {2}(?:user|-))/gm, "");
  expect(parseConfig(on)).toMatchObject({ config: { profile: "debian-slim" } });
});

it.each([
  ["an unknown key", "output: x\noutptu: y\n", 2],
  ["a wrong type", "output: x\nkeep: no\n", 2],
  ["a limit that is none", "output: x\nlimits:\n  startSecond: 30\n", 3],
  ["a rule that is off without a reason", 'ignore:\n  - rule: DL3025\n    reason: ""\n', 3],
  ["broken YAML", "output: [\n", 2],
  ["an alias bomb", `a: &a [x]\nb: &b [${"*a, ".repeat(50)}*a]\nc: [${"*b, ".repeat(50)}*b]\n`, 1],
])("says the line of %s", (_, text, line) => {
  expect(parseConfig(text)).toMatchObject({ problem: expect.any(String), line });
});

it("takes every setting that a decision reads", () => {
  const files = readdirSync("src/decisions", { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  const read = files.flatMap((file) =>
    [...readFileSync(`src/decisions/${file}`, "utf8").matchAll(/override\(facts, "(\w+)/g)].map(
      ([, name = ""]) => name,
    ),
  );
  // These are keys of the file itself.
  const elsewhere = ["env", "keep", "limits", "output"];
  const known = new Set([...Object.keys(decisionSettings()), ...elsewhere]);
  expect(read).toContain("steps");
  expect(read.filter((name) => !known.has(name))).toEqual([]);
});
