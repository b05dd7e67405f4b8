import type { Probe } from "../probes/probe.ts";

interface Job {
  readonly probe: Pick<Probe, "runs" | "waits" | "long" | "leads">;
}

/** Given to a job that leads. */
export interface Tells {
  /** All that is left to do is little work, and to wait: others may begin. */
  readonly rests: () => void;
  /** All that is left to do is to wait: what measures time may begin. */
  readonly idles: () => void;
}

type Collect<One> = (job: One, tells?: Tells) => Promise<void>;

/** Jobs that lead and have begun. */
export interface Leading {
  /** None of these promises is ever refused: a job that ends tells no more. */
  readonly resting: Promise<unknown>;
  readonly idling: Promise<unknown>;
  readonly ends: readonly Promise<void>[];
}

/** Jobs that do not measure time run this many at once. Those that mostly wait take no processor from the others. */
const BESIDE = { waiting: 4, working: 2 };

/**
 * Those that lead come first, and all others begin when these rest. Those that measure time come last and alone, in their
 * order.
 * @param quick nothing is measured and nothing is long, so nothing runs alone and nothing leads.
 * @param leading Those that lead, where they have begun before.
 * @throws what a job throws, when every other that ran beside it has ended as well.
 */
export async function inGoodOrder<One extends Job>(
  jobs: readonly One[],
  quick: boolean,
  collect: Collect<One>,
  leading: Leading = beginLeading(jobs, quick, collect),
): Promise<void> {
  const alone = jobs.filter(({ probe }) => probe.runs === "alone" && !quick);
  const others = jobs
    .filter((job) => !alone.includes(job) && (quick || !leads(job)))
    .toSorted((a, b) => Number(b.probe.long === true) - Number(a.probe.long === true));
  await leading.resting;
  const waits = ({ probe }: One) => probe.waits === true;
  // Every one has ended before an error goes on: whoever cleans up then meets no container that is just being made.
  const ended = await Promise.allSettled([
    ...leading.ends,
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

/** Begins the jobs that lead. */
export function beginLeading<One extends Job>(jobs: readonly One[], quick: boolean, collect: Collect<One>): Leading {
  const led = quick ? [] : jobs.filter(leads).map((job) => toldBy((tells) => collect(job, tells)));
  return {
    resting: Promise.all(led.map(({ resting }) => resting)),
    idling: Promise.all(led.map(({ idling }) => idling)),
    ends: led.map(({ end }) => end),
  };
}

const leads = ({ probe }: Job): boolean => probe.leads === true && probe.runs !== "alone";

/** Begins something that tells how far it is, or ends before. */
function toldBy(begin: (tells: Tells) => Promise<void>): {
  readonly resting: Promise<void>;
  readonly idling: Promise<void>;
  readonly end: Promise<void>;
} {
  const rests = told();
  const idles = told();
  const end = begin({ rests: rests.tell, idles: idles.tell });
  const all = () => [rests, idles].forEach(({ tell }) => tell());
  end.then(all, all);
  return { resting: rests.promise, idling: idles.promise, end };
}

function told(): { readonly promise: Promise<void>; readonly tell: () => void } {
  let tell = () => {};
  const promise = new Promise<void>((resolve) => (tell = resolve));
  return { promise, tell };
}

/** Workers that take the jobs in their order. */
function atOnce<One>(workers: number, jobs: readonly One[], collect: Collect<One>): Array<Promise<void>> {
  const left = [...jobs];
  const work = async () => {
    for (let job = left.shift(); job !== undefined; job = left.shift()) await collect(job);
  };
  return Array.from({ length: workers }, work);
}
