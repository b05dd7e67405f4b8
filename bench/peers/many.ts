import { rmSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { healthy } from "../../src/rules/queries/example.ts";
import { type Goal, say } from "../measure.ts";
import { medianOf, type ProcessCost, processCost } from "./cost.ts";
import { repositoryOf, writeProject } from "./fixtures.ts";
import { PEERS } from "./install.ts";
import { dockerfileOf } from "./lines.ts";

const ROUNDS = 2;
const COUNTS = [250, 500, 1000] as const;

/** A thousand services in one call: time for each, growth, and memory; hadolint on the same Dockerfiles in one call. */
export async function benchMany(bins: Readonly<Record<string, string>>): Promise<readonly Goal[]> {
  const root = resolve(PEERS, "many");
  rmSync(root, { recursive: true, force: true });
  const files = Array.from({ length: 1000 }, (_, index) =>
    writeProject(join(root, `service-${String(index).padStart(4, "0")}`), {
      ...healthy,
      Dockerfile: dockerfileOf(60).replaceAll("8000", String(8000 + (index % 50))),
    }),
  ).map((file) => relative(".", file));
  await repositoryOf(root);
  const ours = (count: number) => [process.execPath, "dist/cli.js", "analyze", ...files.slice(0, count)];
  await processCost(ours(100)); // Warms the caches of the file system.
  const costs: Record<string, ProcessCost[]> = {};
  for (let round = 0; round < ROUNDS; round += 1)
    for (const count of COUNTS) (costs[`seaworthy, ${count}`] ??= []).push(await processCost(ours(count)));
  // Once: it takes a minute, and its time for each file does not depend on how many there are.
  if (bins["hadolint"] !== undefined) costs["hadolint, 1000"] = [await processCost([bins["hadolint"], ...files])];
  say(`\nMany services in one call, Dockerfiles of 60 lines (medians of ${ROUNDS}; hadolint once)`);
  for (const [name, samples] of Object.entries(costs)) say(lineOf(name, samples));
  const wall = (count: number) => medianOf(costs[`seaworthy, ${count}`], "wall");
  const memory = (count: number) => medianOf(costs[`seaworthy, ${count}`], "megabytes");
  const growth = wall(1000) / wall(500);
  const goals: Goal[] = [
    { title: "time of 1000 services over that of 500 (linear is 2)", reached: growth, limit: 2.3, unit: "times" },
    {
      title: "peak memory at 1000 services over that at 250",
      reached: memory(1000) / memory(250),
      limit: 1.5,
      unit: "times",
    },
    { title: "peak memory at 1000 services", reached: memory(1000), limit: 300, unit: "MB" },
  ];
  if (bins["hadolint"] !== undefined)
    goals.push({
      title: "time for each of 1000 services, against hadolint's",
      reached: wall(1000) / 1000,
      limit: medianOf(costs["hadolint, 1000"], "wall") / 1000,
      unit: "ms",
    });
  return goals;
}

function lineOf(name: string, samples: readonly ProcessCost[]): string {
  const count = Number(name.split(", ")[1]);
  const wall = medianOf(samples, "wall");
  const each = `${(wall / count).toFixed(1)} ms each`;
  const cpu = `${(medianOf(samples, "cpu") / 1000).toFixed(1)} s CPU`;
  return `${name.padEnd(24)}${(wall / 1000).toFixed(1).padStart(7)} s wall  ${each.padStart(12)}  ${cpu.padStart(12)}  ${medianOf(samples, "megabytes").toFixed(0).padStart(5)} MB peak`;
}
