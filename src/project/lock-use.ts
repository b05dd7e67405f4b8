import type { Dependency, LockedPackage } from "../model/types.ts";
import { extraSection, type LockEntry, type LockReading, MAIN, type Need } from "./lock-reading.ts";
import { anywhere, type Holds } from "./marker.ts";
import { readRequirement } from "./requirement.ts";

/** One section of what a project asks for, and what becomes of it. */
export interface Section {
  readonly name: string;
  readonly dependencies: readonly Dependency[];
  /** The image has it today. */
  readonly installed: boolean;
  readonly forDevelopment: boolean;
}

/** What the sections of a project bring, by what its lock says. */
export class LockUse {
  readonly #reading: LockReading | undefined;
  readonly #sections: readonly Section[];

  constructor(reading: LockReading | undefined, sections: readonly Section[]) {
    this.#reading = reading;
    this.#sections = sections;
  }

  /** Normalised names of everything that some sections bring, with what they name themselves. */
  names(which: (section: Section) => boolean, holds: Holds): ReadonlySet<string> {
    const names = new Set<string>();
    for (const section of this.#sections.filter(which)) {
      for (const { name } of this.#brings(section, holds)) names.add(name);
      for (const { name, marker } of section.dependencies.map(needOf)) if (holds(marker) !== false) names.add(name);
    }
    return names;
  }

  /** The lock's packages, each with who asks for it. */
  packages(holds: Holds): readonly LockedPackage[] {
    const here = this.#sections.map((section) => this.#brings(section, holds));
    const elsewhere = this.#sections.map((section) => this.#brings(section, anywhere));
    return (this.#reading?.packages ?? []).map((entry) => {
      const asking = this.#sections.filter((_, index) => here[index]?.has(entry) === true);
      const use = isProject(entry)
        ? "production"
        : useOf(
            asking,
            elsewhere.some((found) => found.has(entry)),
          );
      return { ...entry, use, askedBy: asking.map(({ name }) => (name === MAIN ? "main" : name)) };
    });
  }

  #brings({ name, dependencies }: Section, holds: Holds): ReadonlySet<LockEntry> {
    return this.#reading?.installs({ section: name, roots: dependencies.map(needOf), holds }) ?? new Set();
  }
}

/** The sections of a project: what is always installed, its groups and its extras. */
export function sectionsOf(
  declared: {
    readonly runtime: readonly Dependency[];
    readonly groups: Readonly<Record<string, readonly Dependency[]>>;
    readonly extras: Readonly<Record<string, readonly Dependency[]>>;
  },
  installed: { readonly groups: readonly string[]; readonly extras: readonly string[] },
  forDevelopment: (name: string) => boolean,
): readonly Section[] {
  const groups = Object.entries(declared.groups).map(([name, dependencies]) => ({
    name,
    dependencies,
    installed: installed.groups.includes(name),
    forDevelopment: forDevelopment(name),
  }));
  const extras = Object.entries(declared.extras).map(([name, dependencies]) => ({
    name: extraSection(name),
    dependencies,
    installed: installed.extras.includes(name),
    forDevelopment: forDevelopment(name),
  }));
  return [{ name: MAIN, dependencies: declared.runtime, installed: true, forDevelopment: false }, ...groups, ...extras];
}

export const isInProduction = ({ installed, forDevelopment }: Section): boolean => installed && !forDevelopment;

function useOf(asking: readonly Section[], isForElsewhere: boolean): LockedPackage["use"] {
  if (asking.some(isInProduction)) return "production";
  if (asking.some(({ forDevelopment }) => forDevelopment)) return "development";
  if (asking.length > 0) return "optional";
  return isForElsewhere ? "elsewhere" : "none";
}

const isProject = ({ source, path }: LockEntry): boolean =>
  path === "." && (source === "virtual" || source === "editable" || source === "path");

function needOf({ name, requirement }: Dependency): Need {
  const read = readRequirement(requirement);
  return { name, extras: read?.extras ?? [], marker: read?.marker };
}
