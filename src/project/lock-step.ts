import { once } from "../kit/once.ts";
import { addTo } from "../kit/group.ts";
import { replaced } from "../kit/replaced.ts";
import type { Dependency, Evidence, Fact } from "../model/types.ts";
import { isMadeFrom } from "./lock-digest.ts";
import { managerOfLock } from "./lock-names.ts";
import { isPylock } from "./lock-pylock.ts";
import { extraOf, extraSection, type LockEntry, type LockReading, MAIN } from "./lock-reading.ts";
import type { Pipfile } from "./pipfile.ts";
import type { Pyproject } from "./pyproject.ts";
import { meets } from "./release.ts";
import { normalName, readRequirement, wishOf } from "./requirement.ts";
import { textAt } from "./toml.ts";
import type { TreeProblem } from "./tree.ts";

export interface StepInput {
  readonly path: string;
  readonly reading: LockReading;
  readonly pyproject: Pyproject | undefined;
  readonly pipfile: Pipfile | undefined;
  readonly problems: readonly TreeProblem[];
}

type Sections = ReadonlyArray<readonly [name: string, dependencies: readonly Dependency[]]>;

/** Compares what the project asks for with what the lock was made from. */
export function inStep(input: StepInput): Fact<boolean> {
  const { path, reading, pyproject, pipfile } = input;
  if (reading.wishes !== undefined && pyproject !== undefined)
    return inStepWithWishes(input, reading.wishes, pyproject);
  const asking = managerOfLock(path) === "pipenv" ? pipfile : pyproject;
  if (asking === undefined) return NOT_KNOWN;
  const byDigest = digestHolds(input);
  if (byDigest === true) return { value: true, confidence: "certain", evidence: [] };
  const made = reading.sections;
  const evidence = sectionsOf(asking)
    .filter(([name]) => made === undefined || made.includes(extraOf(name) ?? name))
    .flatMap(([, dependencies]) => dependencies)
    .filter((dependency) => isUnmet(dependency, reading.packages))
    .map(({ place, requirement }) => ({ ...place, text: requirement }));
  if (byDigest === false && reading.digest !== undefined)
    evidence.push({ ...reading.digest.place, text: "it was made from another one, as its digest says" });
  return {
    value: evidence.length === 0,
    // A lock of the standard does not say what it was made from.
    confidence: evidence.length === 0 || (isPylock(path) && byDigest === undefined) ? "likely" : "certain",
    evidence,
  };
}

const NOT_KNOWN: Fact<boolean> = { value: true, confidence: "needs-proof", evidence: [] };

/** What the lock's own digest says; undefined where it has none, or where a file that it is of cannot be read whole. */
function digestHolds({ reading: { digest }, pyproject, pipfile, problems }: StepInput): boolean | undefined {
  return digest === undefined || isBroken(problems) ? undefined : isMadeFrom(digest, { pyproject, pipfile });
}

const isBroken = (problems: readonly TreeProblem[]): boolean =>
  problems.some(({ file }) => /(?:^|\/)(?:pyproject\.toml|Pipfile)$/.test(file));

const sectionsOf = (asking: Pick<Pyproject, "runtime" | "groups"> & Partial<Pick<Pyproject, "extras">>): Sections => [
  [MAIN, asking.runtime],
  ...Object.entries(asking.groups),
  ...Object.entries(asking.extras ?? {}).map(([name, dependencies]) => [extraSection(name), dependencies] as const),
];

/** The lock does not name it, or only in versions that are not asked for. */
function isUnmet({ name, requirement }: Dependency, packages: readonly LockEntry[]): boolean {
  const locked = byName(packages).get(name);
  if (locked === undefined) return true;
  const clauses = (readRequirement(requirement)?.specifier ?? "").split(",").filter(Boolean);
  return locked.every(
    ({ version, source }) =>
      source === "registry" && PLAIN.test(version) && clauses.some((clause) => meets(version, clause) === false),
  );
}

const byName = once((packages: readonly LockEntry[]): ReadonlyMap<string, readonly LockEntry[]> => {
  const found = new Map<string, LockEntry[]>();
  for (const entry of packages) addTo(found, entry.name, entry);
  return found;
});

/** Of pre-releases and the like we do not say what they meet. */
const PLAIN = /^\d+(?:\.\d+)*(?:\+|$)/;

/** Extras that ask for each other grow by the square of their number: of a project with more nothing is said. */
const MOST_ASKED = 10_000;

function inStepWithWishes(
  { path, reading, problems }: StepInput,
  wishes: NonNullable<LockReading["wishes"]>,
  pyproject: Pyproject,
): Fact<boolean> {
  const evidence: Evidence[] = [];
  const known = new Set<string>();
  let left = MOST_ASKED;
  for (const [section, dependencies] of sectionsOf(pyproject)) {
    const locked = wishes.get(section);
    const met = new Set<string>();
    const membersOf = (dependency: Dependency) =>
      (left -= 1) < 0 ? undefined : inOwnExtras(dependency, pyproject, { locked, met });
    for (const { requirement, place } of replaced(dependencies, membersOf)) {
      const keys = keysOf(requirement);
      for (const key of keys) known.add(`${section} ${key}`);
      if (keys.length > 0 && !keys.some((key) => locked?.has(key))) evidence.push({ ...place, text: requirement });
    }
  }
  if (left < 0 || isBroken(problems)) return NOT_KNOWN;
  for (const [section, items] of wishes) {
    for (const item of items)
      if (!known.has(`${section} ${item}`))
        evidence.push({ file: path, line: 1, text: `still locked for: ${item.replace("[]", "")}` });
  }
  const others = [pythonDrift(reading, pyproject), versionDrift(reading, pyproject)];
  evidence.push(...others.filter((one) => one !== undefined));
  return { value: evidence.length === 0, confidence: "certain", evidence };
}

/** How a lock may name a requirement: as it stands, or from elsewhere when a table of sources says so. */
function keysOf(requirement: string): readonly string[] {
  const read = readRequirement(requirement);
  return read === undefined ? [] : [wishOf(read), wishOf({ ...read, specifier: "", url: "elsewhere" })];
}

/** `shop[prod]` in an extra of shop: uv writes what the extra `prod` asks for in its place. */
function inOwnExtras(
  { requirement }: Dependency,
  { name, extras }: Pick<Pyproject, "name" | "extras">,
  { locked, met }: { readonly locked: ReadonlySet<string> | undefined; readonly met: Set<string> },
): readonly Dependency[] | undefined {
  const read = readRequirement(requirement);
  const isOwn = read !== undefined && name !== undefined && read.name === normalName(name);
  if (!isOwn || keysOf(requirement).some((key) => locked?.has(key))) return undefined;
  const asked = read.extras.filter((extra) => Object.hasOwn(extras, extra) && !met.has(extra));
  for (const extra of asked) met.add(extra);
  return asked.flatMap((extra) => extras[extra] ?? []);
}

/** A release that raised the project's version alone: uv refuses the lock for that, too. */
function versionDrift({ ownVersion }: LockReading, { toml }: Pyproject): Evidence | undefined {
  const path = ["project", "version"];
  const plain = (text: string | undefined) =>
    /^v?(\d+(?:\.\d+)*)$/
      .exec(text ?? "")?.[1]
      ?.replaceAll(/(?:^|(?<=\.))0+(?=\d)/g, "")
      .replace(/(?:\.0)+$/, "");
  const [now, locked] = [plain(textAt(toml.data, ...path)), plain(ownVersion)];
  return now === undefined || locked === undefined || now === locked ? undefined : toml.evidence(path);
}

/** Only bounds that both files must write alike are compared: uv rewrites `~=` and `==` ranges in words of its own. */
function pythonDrift(reading: LockReading, pyproject: Pyproject): Evidence | undefined {
  const wanted = pyproject.requires;
  if (wanted === undefined || reading.requiresPython === undefined) return undefined;
  const lower = (text: string) => /^\s*>=\s*([\d.]+?)(?:\.0)*\s*$/.exec(text)?.[1];
  const [asked, locked] = [lower(wanted.value), lower(reading.requiresPython)];
  return asked !== undefined && locked !== undefined && asked !== locked
    ? pyproject.toml.evidence(wanted.path)
    : undefined;
}
