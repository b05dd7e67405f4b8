import { rmSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { healthy } from "../../src/rules/queries/example.ts";
import { type Goal, row, say } from "../measure.ts";
import { costsInTurn, medianOf, type ProcessCost } from "./cost.ts";
import { repositoryOf, writeProject } from "./fixtures.ts";
import { PEERS } from "./install.ts";
import { dockerfileOf } from "./lines.ts";

const ROUNDS = 9;
/** A tool that takes seconds needs fewer rounds to be told from one that takes milliseconds. */
const SLOW: ReadonlySet<string> = new Set(["checkov"]);

/** About so many lines; between 60 and 300 it shows from how many on we are faster than hadolint. */
const LINES = [10, 60, 80, 120, 300] as const;

/** Wall and CPU of whole processes on one service, by the length of its Dockerfile. */
export async function benchSpeed(bins: Readonly<Record<string, string>>): Promise<readonly Goal[]> {
  const root = resolve(PEERS, "speed");
  rmSync(root, { recursive: true, force: true });
  const files = LINES.map((lines) => ({
    lines,
    file: writeProject(join(root, String(lines)), { ...healthy, Dockerfile: dockerfileOf(lines) }),
  }));
  await repositoryOf(root);
  const goals: Goal[] = [];
  const faster: number[] = [];
  for (const { lines, file } of files) {
    const costs = await costsInTurn(commandsFor(file, bins), (name) => (SLOW.has(name) ? 2 : ROUNDS));
    const real = dockerfileOf(lines).trimEnd().split("\n").length;
    say(`\nA Dockerfile of ${real} lines with its service: wall, then CPU`);
    tell(costs);
    const [ours, bare, hadolint] = ["seaworthy", "bare node", "hadolint"].map((name) => medianOf(costs[name], "wall"));
    say(`over bare node: ${((ours ?? 0) - (bare ?? 0)).toFixed(1)} ms wall`);
    if ((ours ?? 0) < (hadolint ?? 0)) faster.push(real);
    if (lines === 300)
      goals.push({
        title: `wall over bare node at ${real} lines`,
        reached: (ours ?? 0) - (bare ?? 0),
        limit: 100,
        unit: "ms",
      });
    if (lines >= 60 && costs["hadolint"] !== undefined)
      goals.push({
        title: `wall at ${real} lines, against hadolint's`,
        reached: ours ?? 0,
        limit: hadolint ?? 0,
        unit: "ms",
      });
  }
  say(`\nFaster than hadolint at ${faster.length === 0 ? "none of these lengths" : `${faster.join(", ")} lines`}`);
  return goals;
}

function tell(costs: Readonly<Record<string, readonly ProcessCost[]>>): void {
  for (const key of ["wall", "cpu"] as const)
    for (const [name, samples] of Object.entries(costs)) {
      const each = samples.map((cost) => cost[key]);
      say(row(`${name} (${key})`, each, "ms"));
    }
}

function commandsFor(
  file: string,
  bins: Readonly<Record<string, string>>,
): Readonly<Record<string, readonly string[]>> {
  const shown = relative(".", file);
  const commands: Record<string, readonly string[]> = {
    "bare node": [process.execPath, "-e", "0"],
    seaworthy: [process.execPath, "dist/cli.js", "analyze", dirname(shown)],
  };
  if (bins["hadolint"] !== undefined) commands["hadolint"] = [bins["hadolint"], shown];
  if (bins["tally"] !== undefined)
    commands["tally"] = [bins["tally"], "lint", "--slow-checks=off", "--context", dirname(shown), shown];
  if (bins["checkov"] !== undefined)
    commands["checkov"] = [bins["checkov"], "--file", shown, "--framework", "dockerfile", "--compact", "--quiet"];
  return commands;
}
