import type { Dockerfile, Instruction, Stage } from "../../model/types.ts";
import { baseOf } from "./base.ts";
import { type Command, commandsOf } from "./commands.ts";
import { copyBrings } from "./copied-programs.ts";
import { once, onceFor } from "../../kit/once.ts";
import { rootImage, settingsOf } from "./settings.ts";
import { flag, mountsOf, type Step, stepsOf } from "./steps.ts";

/** One call of the distribution's package manager that installs something. */
export interface Install {
  readonly manager: "apt" | "dnf" | "apk";
  readonly packages: readonly string[];
  readonly command: Command;
  readonly step: Step;
}

const managers: Readonly<Record<string, Install["manager"]>> = {
  apt: "apt",
  "apt-get": "apt",
  aptitude: "apt",
  dnf: "dnf",
  microdnf: "dnf",
  yum: "dnf",
  tdnf: "dnf",
  apk: "apk",
};

export const managerOf = (command: Command): Install["manager"] | undefined => managers[command.program];

/** The word that says what a package manager shall do: `install`, `update`, `add`. */
export function verbOf(command: Command): string | undefined {
  const takesValue = new Set(["-o", "-c", "-t", "--option", "--config-file", "--repository", "-X", "--virtual"]);
  const words = command.argv.slice(1);
  return words.find((word, index) => !word.startsWith("-") && !takesValue.has(words[index - 1] ?? ""));
}

export function installsIn(steps: readonly Step[]): readonly Install[] {
  return packageCalls(steps).filter(({ verb }) => ["install", "add", "reinstall"].includes(verb));
}

interface PackageCall extends Install {
  readonly verb: string;
}

/** Every call of a package manager, with the lists filled in that ARG, ENV or the same RUN's shell gives a name. */
const packageCalls = once((steps: readonly Step[]): readonly PackageCall[] => {
  const env = new Map<string, string>();
  const args = new Map<string, string>();
  let within = steps[0]?.stage;
  return steps.flatMap((step) => {
    const { instruction, stage } = step;
    // ARG ends with its stage.
    if (stage !== within) args.clear();
    within = stage;
    const into = instruction.keyword === "ENV" ? env : args;
    if (instruction.keyword === "ARG" || instruction.keyword === "ENV")
      for (const { name, value } of settingsOf(instruction)) if (value !== undefined) into.set(name, value);
    return instruction.keyword === "RUN" ? callsIn(step, new Map([...args, ...env])) : [];
  });
});

function callsIn(step: Step, values: Map<string, string>): readonly PackageCall[] {
  return commandsOf(step.instruction).flatMap((command) => {
    if (command.argv.length === 0) for (const [name, value] of Object.entries(command.env)) values.set(name, value);
    const manager = managerOf(command);
    const verb = manager === undefined ? undefined : verbOf(command);
    if (manager === undefined || verb === undefined) return [];
    const packages = packagesOf(command, verb).flatMap((word) => {
      const name = /^\$\{?(\w+)\}?$/.exec(word)?.[1];
      const list = name === undefined ? undefined : values.get(name);
      return list === undefined || list.includes("$") ? [word] : list.split(/\s+/).filter(Boolean).map(withoutVersion);
    });
    return [{ manager, verb, packages, command, step }];
  });
}

const withoutVersion = (word: string): string => word.replace(/(?<=.)[=<>~].*$/, "");

function packagesOf(command: Command, verb: string): readonly string[] {
  const takesValue = new Set(["-o", "-t", "--repository", "-X", "--virtual", "--releasever", "--target-release"]);
  const words = command.argv.slice(command.argv.indexOf(verb) + 1);
  return words
    .filter((word, index) => !word.startsWith("-") && !takesValue.has(words[index - 1] ?? ""))
    .map(withoutVersion);
}

/** Names of OS packages that are still there at the end: installed and not removed again. */
export const packagesLeft: (steps: readonly Step[]) => ReadonlyMap<string, Install> = once((steps) => {
  const left = new Map<string, Install>();
  const virtual = new Map<string, readonly string[]>();
  for (const { verb, packages, ...call } of packageCalls(steps)) {
    if (verb === "install" || verb === "add") {
      for (const name of packages) left.set(name, { ...call, packages });
      const label = virtualName(call.command.argv);
      if (label !== undefined) virtual.set(label, packages);
    } else if (removing.has(verb)) {
      for (const gone of packages.flatMap((name) => virtual.get(name) ?? [name])) left.delete(gone);
    }
  }
  return left;
});

const removing = new Set(["remove", "purge", "del", "erase", "autoremove"]);

function virtualName(argv: readonly string[]): string | undefined {
  const index = argv.findIndex((word) => word === "--virtual" || word === "-t");
  const joined = argv.find((word) => word.startsWith("--virtual="))?.slice("--virtual=".length);
  return joined ?? (index < 0 ? undefined : argv[index + 1]);
}

/** Which package brings a program, where its name is not the program's. */
const providers: Readonly<Record<string, readonly string[]>> = {
  nc: ["netcat", "netcat-openbsd", "netcat-traditional", "nmap-ncat", "busybox"],
  curl: ["curl", "curl-minimal"],
  gcc: ["build-essential", "build-base", "alpine-sdk", "base-devel", "clang", "g++", "gcc-c++"],
  pg_isready: ["postgresql-client", "postgresql", "postgresql15", "postgresql16-client"],
  psql: ["postgresql-client", "postgresql", "postgresql15", "postgresql16-client"],
  pdftoppm: ["poppler-utils"],
  pdftotext: ["poppler-utils"],
  tesseract: ["tesseract-ocr", "tesseract"],
  soffice: ["libreoffice", "libreoffice-core", "libreoffice-writer"],
  convert: ["imagemagick"],
  magick: ["imagemagick"],
  gs: ["ghostscript"],
  dot: ["graphviz"],
  node: ["nodejs"],
  chromium: ["chromium", "chromium-browser"],
  java: ["default-jre", "default-jre-headless", "openjdk-17-jre-headless"],
  ssh: ["openssh-client", "openssh-clients"],
  ip: ["iproute2", "iproute"],
  ps: ["procps", "procps-ng"],
  ping: ["iputils-ping", "iputils"],
  dig: ["dnsutils", "bind-utils", "bind9-dnsutils"],
};

/** Programs that the full (not slim) Debian python images bring from buildpack-deps. */
const fullImage = new Set(["curl", "wget", "git", "gcc", "make", "ssh", "hg", "svn", "convert", "ps"]);
/** Programs whose absence from minimal images we know. */
const known = new Set(
  Object.keys(providers).concat(
    ["wget", "git", "ffmpeg", "gcc", "make", "xmlsec1", "http", "jq"],
    ["bash", "tini", "dumb-init", "catatonit", "gosu", "su-exec"],
  ),
);

/** Whether a stage had a program while it was built, also when a later step removes it. */
export function hadProgram(dockerfile: Dockerfile, stage: Stage, program: string): boolean | undefined {
  const installed = installsIn(stepsOf(dockerfile, stage)).flatMap(({ packages }) => packages);
  return bringsByPackage(installed, program) ? true : hasProgram(dockerfile, stage, program);
}

/**
 * Whether anything brings a program to a stage, at whatever step: a package, a COPY, the base. That a step calls it says
 * nothing here. Undefined where the base or the steps do not let us tell.
 */
export function isBrought(dockerfile: Dockerfile, stage: Stage, program: string): boolean | undefined {
  const steps = stepsOf(dockerfile, stage);
  const installed = installsIn(steps).flatMap(({ packages }) => packages);
  if (isBroughtBy(dockerfile, steps, { packages: installed, program })) return true;
  return steps.some(({ instruction }) => isOpaque(instruction))
    ? undefined
    : inBase(rootImage(dockerfile, stage), program);
}

const isBroughtBy = (
  dockerfile: Dockerfile,
  steps: readonly Step[],
  { packages, program }: { readonly packages: readonly string[]; readonly program: string },
): boolean => bringsByPackage(packages, program) || steps.some((step) => bringsProgram(dockerfile, step, program));

const bringsByPackage = (packages: readonly string[], program: string): boolean =>
  [program, ...(providers[program] ?? [])].some((name) => packages.includes(name)) ||
  packages.some((name) => fits(name, program));

/** Whether a stage's image has a program; undefined when its base or its steps do not let us tell. */
export function hasProgram(dockerfile: Dockerfile, stage: Stage, program: string): boolean | undefined {
  const answers = answersOf(dockerfile, stage);
  if (!answers.has(program)) answers.set(program, findProgram(dockerfile, stage, program));
  return answers.get(program);
}

/** Stages copy from stages, some of them twice: asked each time, a chain of them would never end. */
const answersOf = onceFor((_dockerfile: Dockerfile, _stage: Stage) => new Map<string, boolean | undefined>());

function findProgram(dockerfile: Dockerfile, stage: Stage, program: string): boolean | undefined {
  const steps = stepsOf(dockerfile, stage);
  if (isBroughtBy(dockerfile, steps, { packages: [...packagesLeft(steps).keys()], program })) return true;
  // What a step runs is there, unless it came by a package that went again.
  const came = installsIn(steps).flatMap(({ packages }) => packages);
  if (!bringsByPackage(came, program) && steps.some(({ instruction }) => runsProgram(instruction, program)))
    return true;
  if (!known.has(program) || steps.some(({ instruction }) => isOpaque(instruction))) return undefined;
  return inBase(rootImage(dockerfile, stage), program);
}

const fits = (name: string, program: string): boolean =>
  name.includes("$") || name.startsWith(`${program}-`) || (program.length > 3 && name.includes(program));

function bringsProgram(dockerfile: Dockerfile, step: Step, program: string): boolean {
  const { instruction } = step;
  if (instruction.keyword === "COPY" || instruction.keyword === "ADD") {
    if (instruction.words.some((word) => word.endsWith(`/${program}`))) return true;
    return flag(instruction, "from") !== undefined && copyBrings(dockerfile, step, program, hasProgram);
  }
  if (instruction.keyword !== "RUN") return false;
  return commandsOf(instruction).some(({ argv }) =>
    argv.some((word) => word.endsWith(`bin/${program}`) || (argv[0] === "ln" && word.endsWith(`/${program}`))),
  );
}

const runsProgram = (instruction: Instruction, program: string): boolean =>
  instruction.keyword === "RUN" &&
  commandsOf(instruction).some((command) => command.program === program && command.conditional !== true);

/** Steps that may install anything: scripts from the context, downloads, mounts of scripts. */
function isOpaque(instruction: Instruction): boolean {
  if (instruction.keyword !== "RUN") return false;
  const scripts = commandsOf(instruction).some(
    ({ program, argv }) =>
      program.endsWith(".sh") ||
      (/^(ba|da|a)?sh$/.test(program) && argv.some((word) => word.endsWith(".sh"))) ||
      program === "make",
  );
  return scripts || mountsOf(instruction).some((mount) => mount["target"]?.endsWith(".sh"));
}

function inBase(image: string, program: string): boolean | undefined {
  const base = baseOf(image);
  if (base.unresolved) return undefined;
  const name = base.distribution?.name;
  if (program === "bash") return name === "alpine" ? false : undefined;
  // Those of uv that name a release alone are made on the full image of it.
  const isFull = base.short === "uv" && name !== undefined;
  if (name === "alpine") return ["wget", "nc", "ping", "ps", "ip"].includes(program);
  if (isFull || base.name === "python") return base.minimal ? false : fullImage.has(program) || undefined;
  if (name === "amazonlinux") return program === "curl";
  if (base.name === "debian" || base.name === "ubuntu" || base.short === "uv") return false;
  return undefined;
}
