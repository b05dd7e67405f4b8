import { readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../src/kit/exec.ts";
import { formatMilliseconds, median } from "../src/kit/units.ts";
import type { Report } from "../src/model/types.ts";
import { type Goal, row, say } from "./measure.ts";

/**
 * The whole way on warm caches, with a timeline. Goal: at most 120 s on 2 cores. Each round finds the layers of the one
 * before, so images stay until `removeImages(runs)`. Returns the last run's report, too.
 */
export async function benchWholeRun(
  folder: string,
  rounds: number,
): Promise<{ readonly report: Report; readonly goal: Goal; readonly runs: readonly string[] }> {
  const samples: number[] = [];
  const runs: string[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const { code, milliseconds, stderr } = await run(process.execPath, ["dist/cli.js", "run", "--keep-images", folder]);
    if (code > 1) throw new Error(`seaworthy ended with ${code}:\n${stderr}`);
    runs.push(await readlink(join(folder, ".seaworthy/runs/latest")));
    if (round > 0) samples.push(milliseconds / 1000);
  }
  const file = join(folder, ".seaworthy/runs/latest/report.json");
  const report = JSON.parse(await readFile(file, "utf8")) as Report;
  say("\nThe whole run on warm caches (the first round is a warm-up)");
  say(row("seaworthy run", samples, "s"));
  const steps = report.run.timeline.toSorted((a, b) => a.startMs - b.startMs);
  for (const { step, startMs, milliseconds } of steps)
    say(`${formatMilliseconds(startMs).padStart(12)}  ${formatMilliseconds(milliseconds).padStart(10)}  ${step}`);
  for (const note of report.run.notes) say(`note: ${note}`);
  const goal = { title: "the whole run on warm caches", reached: median(samples), limit: 120, unit: "s" };
  return { report, goal, runs };
}

/** Removes what the rounds left on the engine. */
export async function removeImages(runs: readonly string[]): Promise<void> {
  for (const id of runs) {
    const { stdout } = await run("docker", ["images", "-q", "--filter", `label=seaworthy.run=${id}`]);
    const images = [...new Set(stdout.split("\n").filter((line) => line !== ""))];
    if (images.length > 0) await run("docker", ["image", "rm", "--force", ...images]);
  }
}
