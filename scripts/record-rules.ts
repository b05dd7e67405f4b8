/**
 * Records which rules report which examples: `npx tsx scripts/record-rules.ts`, once for each release, when its version
 * is set. test/unit/policy/since.test.ts then keeps a later version from widening a rule without a newer `since`.
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { analyze } from "../src/pipeline/analyze.ts";
import { memoryTree } from "../src/project/tree.ts";
import { rules } from "../src/rules/index.gen.ts";
import type { Rule } from "../src/rules/rule.ts";
import { argumentsOf } from "./usage.ts";

export const REACH_FILE = "test/golden/rules-reach.json";

/** Ids of the rules that report each example, by the example's hash. */
export interface Reach {
  readonly version: string;
  readonly examples: Readonly<Record<string, readonly string[]>>;
}

export async function reachOf(version: string, catalogue: readonly Rule[] = rules): Promise<Reach> {
  const examples: Record<string, readonly string[]> = {};
  for (const project of catalogue.flatMap((rule) => [...rule.examples.bad, ...rule.examples.good])) {
    const key = createHash("sha256").update(JSON.stringify(project)).digest("hex").slice(0, 12);
    const { findings } = await analyze(memoryTree(project), catalogue);
    examples[key] ??= [...new Set(findings.map(({ rule }) => rule))].toSorted();
  }
  return { version, examples };
}

/** Rules that report what they did not report in the recorded version, and whose `since` does not say so. */
export function widened(
  recorded: Reach,
  now: Reach,
  since: ReadonlyMap<string, string>,
): readonly { readonly rule: string; readonly example: string }[] {
  const known = new Set(Object.values(recorded.examples).flat());
  return Object.entries(recorded.examples).flatMap(([example, before]) =>
    (now.examples[example] ?? [])
      .filter(
        (rule) => known.has(rule) && !before.includes(rule) && !isLater(since.get(rule) ?? "0.0.0", recorded.version),
      )
      .map((rule) => ({ rule, example })),
  );
}

export function isLater(one: string, other: string): boolean {
  const [a = [], b = []] = [one, other].map((version) => version.split(".").map(Number));
  const at = a.findIndex((part, index) => part !== b[index]);
  return at >= 0 && (a[at] ?? 0) > (b[at] ?? 0);
}

export const packageVersion = (): string =>
  (JSON.parse(readFileSync("package.json", "utf8")) as { version: string }).version;

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  argumentsOf(import.meta.url, {});
  const reach = await reachOf(packageVersion());
  const rows = Object.entries(reach.examples)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, ids]) => `    ${JSON.stringify(key)}: ${JSON.stringify(ids)}`);
  writeFileSync(
    REACH_FILE,
    `{\n  "version": ${JSON.stringify(reach.version)},\n  "examples": {\n${rows.join(",\n")}\n  }\n}\n`,
  );
}
