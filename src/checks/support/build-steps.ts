import type { Build, BuildSide, BuildStep, Verdict } from "../../model/types.ts";
import { unproven } from "./verdicts.ts";

const INSTALLS =
  /\buv\s+(sync|pip\s+(install|sync))\b|\bpip[\d.]*\s+(install|sync|wheel|download)\b|\bpip-sync\b|\b(poetry|pdm|pipenv)\s+(install|sync)\b/;
/** The project itself, and nothing that it depends on. */
const WITHOUT_DEPENDENCIES = /\s--no-deps\b/;
/** What makes another list of a lock, by which a later step installs. */
const EXPORTS = /\b(?:uv|poetry|pdm)\s+export\b|\bpipenv\s+requirements\b|\buv\s+pip\s+compile\b|\bpip-compile\b/;
/** An installer that installs an installer brings none of the service's dependencies. */
const INSTALLS_TOOLS_ONLY =
  /pip3?\s+install\s+((-\S+|uv|poetry|pdm|pipenv|pip|setuptools|wheel)([=<>~]=?[\w.*]+)?["']?\s*)+(&&|;|$)/;
const DEPENDENCIES_ONLY =
  /--no-install-project|--no-install-workspace|--only-(?:group|deps)|--no-root|--no-self|\s-r[\s=]|--requirement/;

/** The steps that install what the service depends on: those that leave the service itself out, when there are such. */
export function dependencySteps(build: Build): readonly BuildStep[] {
  const installs = build.steps.filter(({ name }) => INSTALLS.test(name.replace(INSTALLS_TOOLS_ONLY, "")));
  const alone = installs.filter(({ name }) => DEPENDENCIES_ONLY.test(name));
  return alone.length > 0 ? alone : installs.filter(({ name }) => !WITHOUT_DEPENDENCIES.test(name));
}

/** A step that made a list of the lock again. Where the list is the same, the builder installs nothing again. */
export const exportedAgain = (build: Build): BuildStep | undefined =>
  build.steps.find(({ name, cached }) => !cached && EXPORTS.test(name));

/** The steps that do what the Dockerfile says: not those of the builder itself, and not the bases. */
export const stepsDone = (build: Build): readonly BuildStep[] =>
  build.steps.filter(({ name }) => /^\[(?!internal)[^\]]*\d+\/\d+\] (?!FROM)/.test(name));

/** The build did something again: the edit reached the image. */
export const didSomething = (build: Build): boolean => stepsDone(build).some(({ cached }) => !cached);

/** The last build of a kind: edits are repeated, and each is like the others. */
export function lastBuild(builds: readonly Build[], kind: Build["kind"]): Build | undefined {
  return builds.findLast((build) => build.kind === kind);
}

/** Why there is no build after a change: it failed, or nobody made it. */
export const notMade = (edited: BuildSide["edited"], kind: Build["kind"], otherwise: string): Verdict => {
  const why = edited?.failed?.[kind];
  return unproven(why === undefined ? otherwise : `The build after the change failed: ${why}`);
};

/** A step's name without its mounts and flags, short enough for a sentence. */
export function shortName({ name }: BuildStep): string {
  return name
    .replace(/--mount=\S+\s*/g, "")
    .replace(/\s+/g, " ")
    .slice(0, 120);
}
