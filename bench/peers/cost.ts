import { run } from "../../src/kit/exec.ts";
import { median } from "../../src/kit/units.ts";

/** One whole process, children included, as the operating system counted it. */
export interface ProcessCost {
  readonly wall: number;
  readonly cpu: number;
  /** The most memory that it held at once. */
  readonly megabytes: number;
}

// Python, because the peers need it anyway, and node tells nothing about the memory of a child.
const MEASURE = `
import resource, subprocess, sys, time
def seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
# What started this Python may have had children of its own.
before = seconds()
start = time.perf_counter()
code = subprocess.call(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
wall = time.perf_counter() - start
most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(wall * 1000, (seconds() - before) * 1000, most / 1024, code)
`;

/** A file of certificates, as a company's proxy needs it, costs each node 27 ms before its first line, the bare one as well;
 * a machine without such a proxy has none. */
const WITHOUT_PROXY = { NODE_EXTRA_CA_CERTS: undefined };

/** @throws Error when the command is killed or cannot start; a linter's own exit code says only that it found something. */
export async function processCost(command: readonly string[]): Promise<ProcessCost> {
  const { stdout, stderr } = await run("python3", ["-c", MEASURE, ...command], { env: WITHOUT_PROXY });
  const [wall = 0, cpu = 0, megabytes = 0, code = -1] = stdout.trim().split(" ").map(Number);
  if (code < 0 || code > 2) throw new Error(`${command[0]} ended with ${code}: ${stderr}`);
  return { wall, cpu, megabytes };
}

/** Rounds A B C, A B C, …, so that each meets the same machine. The first round warms up and is not counted. */
export async function costsInTurn(
  commands: Readonly<Record<string, readonly string[]>>,
  rounds: (name: string) => number,
): Promise<Readonly<Record<string, readonly ProcessCost[]>>> {
  const costs: Record<string, ProcessCost[]> = {};
  const most = Math.max(...Object.keys(commands).map(rounds));
  for (let round = 0; round <= most; round += 1)
    for (const [name, command] of Object.entries(commands)) {
      if (round > rounds(name)) continue;
      const cost = await processCost(command);
      if (round > 0) (costs[name] ??= []).push(cost);
    }
  return costs;
}

export const medianOf = (costs: readonly ProcessCost[] | undefined, key: keyof ProcessCost): number =>
  median((costs ?? []).map((cost) => cost[key]));
