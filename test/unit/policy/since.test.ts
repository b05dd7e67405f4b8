import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { isLater, packageVersion, type Reach, REACH_FILE, reachOf, widened } from "../../../scripts/record-rules.ts";
import { ownFindings } from "../../../src/policy/own-findings.ts";
import { rules } from "../../../src/rules/index.gen.ts";

describe("a rule never widens silently", () => {
  it("says since when it is as it is, and not a version to come", () => {
    const wrong = [...rules, ...Object.values(ownFindings)].filter(
      ({ since }) => !/^\d+\.\d+\.\d+$/.test(since) || isLater(since, packageVersion()),
    );
    expect(wrong.map(({ id }) => id)).toEqual([]);
  });

  const recorded = JSON.parse(readFileSync(REACH_FILE, "utf8")) as Reach;
  const since = new Map(rules.map((rule) => [rule.id, rule.since]));

  // Within the version that was recorded, the rules are still being made.
  it.skipIf(recorded.version === packageVersion())(
    "reports no example that it did not report in the version before",
    async () => {
      const now = await reachOf(packageVersion());
      expect(widened(recorded, now, since), "set `since` to the version that widens it").toEqual([]);
    },
    120_000,
  );

  it("sees a planted widening, and takes a newer `since` for an answer", async () => {
    const some = rules.filter(({ id }) => ["runs-as-root", "bad-stopsignal"].includes(id));
    const before = await reachOf("0.1.0", some);
    const [example = ""] = Object.entries(before.examples).find(([, ids]) => ids.length === 0) ?? [];
    const wider = { version: "0.2.0", examples: { ...before.examples, [example]: ["runs-as-root"] } };
    expect(widened(before, before, since)).toEqual([]);
    expect(widened(before, wider, since)).toEqual([{ rule: "runs-as-root", example }]);
    expect(widened(before, wider, new Map([["runs-as-root", "0.2.0"]]))).toEqual([]);
    expect(widened(before, { ...wider, examples: { ...before.examples, [example]: ["new-rule"] } }, since)).toEqual([]);
  });
});
