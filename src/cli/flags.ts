import type { Severity } from "../model/types.ts";
import type { SessionOptions } from "../pipeline/session.ts";
import { FORMATS, MANIFESTS, PROFILES } from "./names.gen.ts";

const text = (brief: string, placeholder: string) =>
  ({ kind: "parsed", parse: String, brief, placeholder, optional: true }) as const;
const yes = (brief: string) => ({ kind: "boolean", brief, default: false, withNegated: false }) as const;

/** Flags that several commands share; each means the same everywhere. */
export const flag = {
  json: yes("print the result as JSON on stdout"),
  dockerfile: text("Dockerfile that ships today, relative to the folder", "path"),
  format: {
    kind: "parsed",
    parse: String,
    brief: `${FORMATS.join(", ")}; into a file with =FILE; may be repeated; text when nothing is said`,
    placeholder: "name[=file]",
    optional: true,
    variadic: true,
  },
  manifest: {
    kind: "parsed",
    parse: String,
    brief: `${MANIFESTS.join(", ")}; may be repeated; all of them when nothing is said`,
    placeholder: "name",
    optional: true,
    variadic: true,
  },
  out: text("folder to write the files into; standard output when nothing is said", "folder"),
  imageToRun: text("reference of the pushed image, by digest; a name to fill in when nothing is said", "reference"),
  profile: text(`base image family: ${PROFILES.join(", ")}; debian-slim when nothing is said`, "id"),
  engine: text("address of the container engine, instead of DOCKER_HOST", "url"),
  ca: text("PEM file with your company's CA certificates, instead of SEAWORTHY_CA", "file"),
  offline: yes("ask no registry: digests come from seaworthy.lock"),
  renewPins: yes("ask the registry for today's digests, also where seaworthy.lock has one"),
  fresh: yes(
    "begin a new run even when the newest one was never finished, and time every build and read every layer anew",
  ),
  keepImages: yes("leave the built images in the engine, for 14 days"),
  tests: yes("with the service's own tests as a stage of the Dockerfile, also where no requirement rests on them"),
  reproducible: yes(
    "build the image a second time with nothing cached and compare the two, also where no requirement rests on it",
  ),
  repetitions: {
    kind: "parsed",
    parse: wholeNumber,
    brief: "timed repetitions of warm builds",
    placeholder: "n",
    default: "3",
  },
  before: yes("prove the image that the Dockerfile of today gives, not the reworked one"),
  run: text(
    "a run to read again: its id, its path, or `latest` (what `report` and `apply` take when nothing is said)",
    "run",
  ),
  failOn: {
    kind: "enum",
    values: ["error", "warning", "note"],
    brief:
      "end with 1 when a check of this severity or a graver one is no pass, instead of `checkFailOn` in seaworthy.yaml (warning)",
    optional: true,
  },
  pushTo: text("repository to push the image to and pull it back from by digest, as a proof", "repository"),
  structureTest: {
    kind: "parsed",
    parse: String,
    brief: "a file of container-structure-test to judge as well; may be repeated",
    placeholder: "file",
    variadic: true,
    optional: true,
  },
} as const;

export const folder = {
  kind: "tuple",
  parameters: [{ parse: String, brief: "folder of the service", placeholder: "folder", default: "." }],
} as const;

export interface SessionFlags {
  readonly dockerfile?: string;
  readonly profile?: string;
  readonly engine?: string;
  readonly ca?: string;
  readonly offline: boolean;
  readonly renewPins: boolean;
}

/** Of the commands that prove an image. */
export interface PushFlag {
  readonly pushTo?: string;
}
export interface FailOnFlag {
  readonly failOn?: Severity;
}
export interface ReproducibleFlag {
  readonly reproducible: boolean;
}
export interface TestsFlag {
  readonly tests: boolean;
}
export interface StructureTestFlag {
  readonly structureTest?: readonly string[];
}

export const sessionFlags = {
  dockerfile: flag.dockerfile,
  profile: flag.profile,
  engine: flag.engine,
  ca: flag.ca,
  offline: flag.offline,
  renewPins: flag.renewPins,
} as const;

/** The session's part of a command's flags. */
export const optionsOf = ({
  dockerfile,
  profile,
  engine,
  ca,
  offline,
  renewPins,
  pushTo,
  structureTest,
  tests,
  reproducible,
  failOn,
}: Partial<SessionFlags> &
  PushFlag &
  FailOnFlag &
  StructureTestFlag &
  Partial<TestsFlag & ReproducibleFlag>): SessionOptions => ({
  dockerfile,
  profile,
  engine,
  ca,
  offline,
  renewPins,
  pushTo,
  structureTests: structureTest,
  tests,
  reproducible,
  checkFailOn: failOn,
});

function wholeNumber(written: string): number {
  const number = Number(written);
  if (!Number.isInteger(number) || number < 1 || number > 50)
    throw new SyntaxError(`${written} is not a number from 1 to 50`);
  return number;
}
