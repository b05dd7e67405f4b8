import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { probes } from "../../../src/probes/index.gen.ts";
import { run } from "../../../src/kit/exec.ts";
import { haltingAt } from "./halt.ts";

/** What a moment may look at to see whether the run has got there. */
interface Going {
  /** The folder of the run that goes on. */
  readonly directory: string;
  readonly pid: number;
  /** A folder in which only this process makes temporary files. */
  readonly scratch: string;
}

/** A point of the whole run at which it is interrupted. */
export interface Moment {
  readonly name: string;
  /** The process itself stands still before this change on the disk. */
  readonly halts?: RegExp;
  /** Asked again and again until it is true. */
  readonly reached?: (going: Going) => Promise<boolean>;
  /** A file of the run that is not there yet when it is taken up, so that there is work left to do. */
  readonly without: string;
  /** Nothing is left to be interrupted: at Ctrl-C the run goes to its end. */
  readonly atTheEnd?: boolean;
}

const text = (file: string): Promise<string> => readFile(file, "utf8").catch(() => "");

/** The steps that take no time worth speaking of: each is stopped before its result is written. */
const steps: readonly Moment[] = ["analyze", "plan", "pin", "render"].map((step) => ({
  name: `in ${step}`,
  without: `${step}.json`,
  halts: new RegExp(`rename .*/${step}\\.json`),
}));

/** Moments that are alike are met by `npm run test:hostile`, and one or some of each kind by `make test`. */
const every = process.env["SEAWORTHY_EVERY_MOMENT"] === "1";

/** A line of the build's own log that says that it is at work, or for a build from the cache that it has begun. */
const builds: readonly Moment[] = (["before", "after"] as const).flatMap((side) =>
  kindsOf(side).map((kind) => ({
    name: `in ${side}'s build ${kind}`,
    without: `${side}/build.json`,
    reached: async ({ directory }: Going) => {
      const log = await text(join(directory, side, "logs", `build-${kind}.log`));
      return kind === "warm-1" ? log !== "" : /RUN(?!.*CACHED)/.test(log);
    },
  })),
);

function kindsOf(side: "before" | "after") {
  const kinds = ["cold-0", "warm-1", "source-edit-2", "lock-edit-3"] as const;
  return every ? kinds : kinds.filter((_, index) => (side === "before" ? index === 0 : index > 0 && index < 3));
}

const hasContainer = async ({ pid }: Going): Promise<boolean> =>
  (await run("docker", ["ps", "-q", "--filter", `label=seaworthy.pid=${pid}`])).stdout !== "";

/** Probes that are met while a container of theirs runs. */
const withContainer = new Set(
  "drain health-command least-privilege missing-env no-network ordinary-run read-only start-up volumes".split(" "),
);

/** Any other probe is met before what it saw is written down; the walk over the layers by its temporary folder. */
function momentOf(probe: string): Pick<Moment, "halts" | "reached"> {
  if (withContainer.has(probe)) return { reached: hasContainer };
  if (probe === "layers") return { reached: async ({ scratch }) => (await readdir(scratch)).length > 0 };
  return { halts: new RegExp(`rename .*/after/evidence/${probe}\\.json`) };
}

/** Of those with a container a third, and a quarter of those that only stand still before their evidence is there. */
const alike = probes.filter(({ id }) => !withContainer.has(id) && id !== "layers");
const running = probes.filter(({ id }) => withContainer.has(id));
const isMet = (probe: (typeof probes)[number]): boolean =>
  probe.id === "layers" || running.indexOf(probe) % 3 === 0 || alike.indexOf(probe) % 4 === 0;
const met = probes.filter((probe) => every || isMet(probe));

const proofs: readonly Moment[] = met.map(({ id }) => ({
  name: `while the probe ${id} runs`,
  without: `after/evidence/${id}.json`,
  ...momentOf(id),
}));

const reports: readonly Moment[] = ["report.html", "report.json"].map((file) => ({
  name: `before ${file} is written at the end`,
  without: "report.json",
  atTheEnd: true,
  halts: new RegExp(`rename .*/${file}`),
}));

/** Before there is an image. */
export const momentsOfBuilding: readonly Moment[] = [...steps, ...builds];
/** When both images are there. */
export const momentsOfProof: readonly Moment[] = [...proofs, ...reports];

/** The environment in which a run stands still at the moment, when it can. */
export const environmentOf = ({ halts }: Moment): Readonly<Record<string, string>> =>
  halts === undefined ? {} : haltingAt(halts);
