import { describe, expect, it } from "vitest";
import { rulesNamed, whyUnknown } from "../../../src/policy/rule-ids.ts";
import { rules } from "../../../src/rules/index.gen.ts";

/**
 * The catalogue that the rules started from: so many rows of each kind, and the names it gives to some of them. Its rows
 * DF… are no names here: these are droast's ids, with another meaning.
 */
const ROWS: Readonly<Record<string, number>> = { IMG: 11, UV: 21, LYR: 14, RUN: 15, HC: 5, SEC: 10 };
const NAMES: readonly string[] = [
  "index-credentials-in-layer",
  "update-alone",
  "tests-or-docs-in-final",
  "duplicate-or-dead-env",
  "python-env",
  "migrations-or-install-at-start",
  "required-env-undeclared",
  "login-shell-or-home",
  "parse-error",
  "unknown-instruction",
  "undefined-var",
  "syntax-directive-absent",
  "label-schema",
];

it.each(Object.entries(ROWS))("every row %s… of the catalogue is a rule, by its number", (kind, count) => {
  const ids = Array.from({ length: count }, (_, index) => `${kind}${String(index + 1).padStart(3, "0")}`);
  expect(ids.filter((id) => rulesNamed(id, rules).length === 0)).toEqual([]);
});

it("is a rule by the names of the catalogue that are no ids here", () => {
  expect(NAMES.filter((name) => rulesNamed(name, rules).length === 0)).toEqual([]);
});

describe("the numbers, which no reader can look up", () => {
  const isNumber = (name: string) => /^\D+\d{3}$/.test(name) && Object.hasOwn(ROWS, name.slice(0, -3));

  it("are no aliases, which are shown", () => {
    const shown = rules.flatMap(({ aliases }) => aliases);
    expect(shown).toContain("DL3002");
    expect(shown.filter(isNumber)).toEqual([]);
    expect(rules.flatMap(({ numbers = [] }) => numbers).filter((name) => !isNumber(name))).toEqual([]);
  });

  it("are not proposed to somebody who mistypes one", () => {
    expect(whyUnknown("SECO05", rules)).not.toMatch(/SEC\d/);
  });
});
