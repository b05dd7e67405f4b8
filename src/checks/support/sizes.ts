import { formatBytes } from "../../kit/units.ts";

const MIB = 2 ** 20;

/** How much larger than today's an image may be where nobody says; the bytecode that it adds is not counted then. */
export const USUAL_SIZE_RATIO = 1.05;

interface WithBytecode {
  readonly bytes: number;
  readonly bytecodeBytes?: number;
}

/**
 * Bytes of bytecode that an image has and today's has not: they make each start quicker, and a read-only root can write
 * none later. 0 where the team gives a ratio of its own, which counts everything.
 */
export function addedBytecode(own: WithBytecode, today: WithBytecode, ratio: number): number {
  if (ratio !== USUAL_SIZE_RATIO || own.bytecodeBytes === undefined || today.bytecodeBytes === undefined) return 0;
  return Math.max(0, own.bytecodeBytes - today.bytecodeBytes);
}

/** `limit 105 %`, and what is not counted. */
export const sizeLimitInWords = (ratio: number, added = 0): string =>
  `limit ${Math.round(ratio * 100)} %${added === 0 ? "" : `, without ${formatBytes(added)} of bytecode that it adds, which is not counted where \`limits: { sizeRatio }\` says nothing`}`;

/** Sizes of a Fargate task: for each number of processors, from, to and step in MiB. 512 is the exception. */
const FARGATE: ReadonlyArray<{ readonly cpus: number; readonly memory: readonly number[] }> = [
  { cpus: 0.25, memory: [512, 1024, 2048] },
  { cpus: 0.5, memory: steps(1024, 4096, 1024) },
  { cpus: 1, memory: steps(2048, 8192, 1024) },
  { cpus: 2, memory: steps(4096, 16_384, 1024) },
  { cpus: 4, memory: steps(8192, 30_720, 1024) },
];

function steps(from: number, to: number, by: number): readonly number[] {
  return Array.from({ length: (to - from) / by + 1 }, (_, index) => from + index * by);
}

/** The smallest task that holds it and has so many processors; undefined when none does. */
export function fargateSize(
  bytes: number,
  leastCpus = 0,
): { readonly cpus: number; readonly memoryMiB: number } | undefined {
  for (const { cpus, memory } of FARGATE) {
    if (cpus < leastCpus) continue;
    const memoryMiB = memory.find((size) => size * MIB >= bytes);
    if (memoryMiB !== undefined) return { cpus, memoryMiB };
  }
  return undefined;
}
