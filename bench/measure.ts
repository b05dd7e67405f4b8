import { run } from "../src/kit/exec.ts";
import { median, medianDeviation } from "../src/kit/units.ts";

/** CPU and wall milliseconds of one whole process, children included, as the operating system counted them. */
export interface Cost {
  readonly cpu: number;
  readonly wall: number;
}

/** What a figure has to reach, and what it reached here. */
export interface Goal {
  readonly title: string;
  readonly reached: number;
  readonly limit: number;
  readonly unit: string;
}

/** Runs a command once; bash's `time` reads the accounting of the finished process.
 * @throws Error when the command's exit code is not one of `codes`. */
export async function costOf(command: readonly string[], codes: readonly number[] = [0]): Promise<Cost> {
  const script = `TIMEFORMAT='%3R %3U %3S'; time "$@" >/dev/null 2>&1; exit $?`;
  const { code, stderr } = await run("bash", ["-c", script, "bash", ...command]);
  if (!codes.includes(code)) throw new Error(`${command.join(" ")} ended with ${code}`);
  const [wall = 0, user = 0, system = 0] = stderr.trim().split(/\s+/).map(Number);
  return { cpu: (user + system) * 1000, wall: wall * 1000 };
}

/** Runs several commands in turn, A B A B …, so that each meets the same machine; the first round is a warm-up. */
export async function inTurn(
  commands: Readonly<Record<string, () => Promise<number>>>,
  rounds: number,
): Promise<Readonly<Record<string, readonly number[]>>> {
  const samples: Record<string, number[]> = {};
  for (let round = 0; round <= rounds; round += 1)
    for (const [name, measure] of Object.entries(commands)) {
      const value = await measure();
      if (round > 0) (samples[name] ??= []).push(value);
    }
  return samples;
}

/** `median ± deviation (min … max), n`, in one unit. */
export function row(name: string, samples: readonly number[], unit: string): string {
  const show = (value: number) => value.toFixed(value < 100 ? 1 : 0);
  const spread = `± ${show(medianDeviation(samples))} (${show(Math.min(...samples))} … ${show(Math.max(...samples))})`;
  return `${name.padEnd(46)} ${show(median(samples)).padStart(8)} ${unit}  ${spread}, n = ${samples.length}`;
}

export const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
