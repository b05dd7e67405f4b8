import { costOf, type Goal, inTurn, row, say } from "./measure.ts";
import { median } from "../src/kit/units.ts";

/** CPU of `seaworthy analyze` on a service, over a bare `node` that does nothing. Goal: at most 60 ms. */
export async function benchAnalyze(folder: string): Promise<Goal> {
  const cpu = async (...command: string[]) => (await costOf([process.execPath, ...command], [0, 1])).cpu;
  const samples = await inTurn(
    { "bare node": () => cpu("-e", "0"), "seaworthy analyze": () => cpu("dist/cli.js", "analyze", folder) },
    11,
  );
  say("\nCPU of `seaworthy analyze` (whole process, git included)");
  for (const [name, values] of Object.entries(samples)) say(row(name, values, "ms"));
  const [bare = [], ours = []] = Object.values(samples);
  const over = median(ours) - median(bare);
  say(`over bare node: ${over.toFixed(1)} ms`);
  return { title: "CPU of `seaworthy analyze` over bare node", reached: over, limit: 60, unit: "ms" };
}
