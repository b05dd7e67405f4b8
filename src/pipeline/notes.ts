import { causeIn, shortStep } from "../engine/step-cause.ts";
import { counted } from "../kit/text.ts";
import { shippedStage, stageState } from "../dockerfile/stages.ts";
import type { Build, BuildSide, Dockerfile, Report } from "../model/types.ts";
import type { SidecarSeen } from "../probes/support/sidecar.ts";
import type { BesideFacts } from "./beside.ts";
import type { Session } from "./session.ts";
import { sideName } from "./side-names.ts";

type Sides = Readonly<Record<"before" | "after", Pick<BuildSide, "bases" | "builds" | "failure"> | undefined>>;

export interface Noted {
  readonly pins: Report["pins"];
  readonly session: Pick<Session, "ca"> & { readonly tree: { readonly git: { readonly dirty: readonly string[] } } };
  readonly sides: Sides;
  /** Today's, when it is compared with. */
  readonly dockerfile?: Dockerfile | undefined;
  /** Why the service's own tests gave no figures. */
  readonly own: string | undefined;
  /** What runs beside the images, and what the proof started of it. */
  readonly beside: Pick<BesideFacts, "stack" | "isSettled"> & { readonly seen: readonly SidecarSeen[] };
  /** Processes that wanted a processor at the end of the run, and how many processors there are. */
  readonly machine: { readonly load: number; readonly processors: number };
}

/** A run by itself wants less than this many times the processors there are. */
const BUSY = 3;

/** What a reader must know to read the figures. */
export function notesOf({ pins, session, sides, dockerfile, own, machine, beside }: Noted): readonly string[] {
  const { dirty } = session.tree.git;
  return [
    ...standIns(pins, sides),
    ...unbuilt(sides.before?.failure),
    ...(session.ca === undefined
      ? []
      : ["Builds used a company CA bundle: today's image by substituted bases, the reworked image by a build secret."]),
    ...Object.entries(sides).flatMap(([label, side]) => builtEarlier(label, side?.builds ?? [])),
    ...startless(dockerfile),
    ...(machine.load <= BUSY * machine.processors
      ? []
      : [
          `The machine was busy with other work (load ${machine.load.toFixed(0)} on ${machine.processors} processors): every time is longer than it would be alone.`,
        ]),
    ...(dirty.length === 0
      ? []
      : [`${counted(dirty.length, "tracked file")} with uncommitted changes, which the images hold.`]),
    ...(own === undefined ? [] : [own]),
    ...besideNotes(beside),
  ];
}

/** Nothing can be compared then, which is no fault of the rework. */
function unbuilt(failure: BuildSide["failure"]): readonly string[] {
  if (failure === undefined) return [];
  const said = causeIn(failure.log);
  const step = shortStep(failure.step).replace(/[.\s]+$/, "");
  const why = said === "" || step.includes(said) ? step : `${step}: ${said}`;
  return [`Today's image does not build, so there is nothing to compare with: ${why.replace(/(?<!\.)$/, ".")}`];
}

/** The image of today then fails where its Compose service works. */
function startless(dockerfile: Dockerfile | undefined): readonly string[] {
  const stage = dockerfile === undefined ? undefined : shippedStage(dockerfile);
  if (dockerfile === undefined || stage === undefined) return [];
  const { command, entrypoint } = stageState(dockerfile, stage);
  if (command !== undefined || entrypoint !== undefined) return [];
  return [
    `${dockerfile.path} has neither CMD nor ENTRYPOINT: whoever runs today's image says what it starts. It was proven as it is, so what needs a running service fails or is unproven before.`,
  ];
}

/** What starts that which nobody started (the verdict names it), and what the proof gave otherwise than Compose does. */
function besideNotes({ stack, isSettled, seen }: Noted["beside"]): readonly string[] {
  const standingIn = seen.flatMap(({ image, standIn }) => (standIn === undefined ? [] : [[image, standIn] as const]));
  return [
    ...[...new Map(standingIn)].map(([image, really]) => `${image} is a stand-in: ${really}.`),
    ...(stack.notStarted.length === 0 || isSettled
      ? []
      : [
          `Nothing was started beside the service: \`sidecars: compose\` in seaworthy.yaml would start ${stack.notStarted.join(", ")} of ${stack.files.join(", ")} while it is proven.`,
        ]),
    ...stack.leftOut.map((text) => `${stack.files.join(", ")}: ${text}.`),
  ];
}

/** Of both sides: today's base is in no plan, and its size decides a comparison as much. */
function standIns(pins: Report["pins"], { before, after }: Sides): readonly string[] {
  const named = new Map<string, string>();
  for (const { image, standIn } of pins) if (standIn !== undefined) named.set(image, standIn);
  for (const base of [...(before?.bases ?? []), ...(after?.bases ?? [])]) {
    const image = base.named.replace(/@sha256:.*/, "");
    if (base.really !== undefined && !named.has(image)) named.set(image, base.really);
  }
  return [...named].map(([image, really]) => `${image} is a stand-in: ${really}.`);
}

const TOLD: Partial<Readonly<Record<Build["kind"], string>>> = {
  cold: "the cold build",
  "lock-edit": "the build after a lock edit",
};

/** Which builds of an image were not made in this run, and which run made them. */
export function builtEarlier(label: string, builds: readonly Build[]): readonly string[] {
  const runs = new Map<string, string[]>();
  for (const { kind, measuredIn } of builds)
    if (measuredIn !== undefined) runs.set(measuredIn, [...(runs.get(measuredIn) ?? []), TOLD[kind] ?? kind]);
  return [...runs].map(([run, kinds]) => {
    const [them, were] = kinds.length === 1 ? ["it", "was"] : ["them", "were"];
    return `Of ${sideName(label)}, ${kinds.join(" and ")} ${were} measured in run ${run}, from the same input; --fresh measures ${them} again.`;
  });
}
