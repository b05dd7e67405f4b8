import type { Probe } from "../probes/probe.ts";

interface Job {
  readonly probe: Pick<Probe, "runs" | "waits" | "long" | "leads">;
}

/** @param rests Given to a job that leads: it calls it when all that is left to do is to wait. */
type Collect<One> = (job: One, rests?: () => void) => Promise<void>;

/** Jobs that do not measure time run this many at once. Those that mostly wait take no processor from the others. */
const BESIDE = { waiting: 4, working: 2 };

/**
 * Those that lead come first, and all others begin when these rest. Those that measure time come last and alone, in their
 * order.
 * @param quick nothing is measured and nothing is long, so nothing runs alone and nothing leads.
 * @throws what a job throws, when every other that ran beside it has ended as well.
 */
export async function inGoodOrder<One extends Job>(
  jobs: readonly One[],
  quick: boolean,
  collect: Collect<One>,
): Promise<void> {
  const alone = jobs.filter(({ probe }) => probe.runs === "alone" && !quick);
  const leaders = jobs.filter((job) => job.probe.leads === true && !quick && !alone.includes(job));
  const others = jobs
    .filter((job) => !alone.includes(job) && !leaders.includes(job))
    .toSorted((a, b) => Number(b.probe.long === true) - Number(a.probe.long === true));
  const led = leaders.map((job) => untilItRests((rests) => collect(job, rests)));
  await Promise.all(led.map(({ resting }) => resting));
  const waits = ({ probe }: One) => probe.waits === true;
  // Every one has ended before an error goes on: whoever cleans up then meets no container that is just being made.
  const ended = await Promise.allSettled([
    ...led.map(({ end }) => end),
    ...atOnce(BESIDE.waiting, others.filter(waits), collect),
    ...atOnce(
      BESIDE.working,
      others.filter((job) => !waits(job)),
      collect,
    ),
  ]);
  for (const one of ended) if (one.status === "rejected") throw one.reason;
  for (const job of alone) await collect(job);
}

/** Begins something that tells when all that is left is to wait, or ends before. */
function untilItRests(begin: (rests: () => void) => Promise<void>): {
  readonly resting: Promise<void>;
  readonly end: Promise<void>;
} {
  let end = Promise.resolve();
  const resting = new Promise<void>((resolve) => {
    end = begin(resolve);
    end.then(resolve, () => resolve());
  });
  return { resting, end };
}

/** Workers that take the jobs in their order. */
function atOnce<One>(workers: number, jobs: readonly One[], collect: Collect<One>): Array<Promise<void>> {
  const left = [...jobs];
  const work = async () => {
    for (let job = left.shift(); job !== undefined; job = left.shift()) await collect(job);
  };
  return Array.from({ length: workers }, work);
}
