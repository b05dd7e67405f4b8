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
  readonly #members: readonly string[] | undefined;
  readonly #known = new Map<Holds, Map<string, ReadonlySet<LockEntry>>>();

  /** @param members Normalised names of what is installed where that is not the project at the top of the lock. */
  constructor(reading: LockReading | undefined, sections: readonly Section[], members?: readonly string[]) {
    this.#reading = reading;
    this.#sections = sections;
    this.#members = members;
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
    return (this.#reading?.packages ?? []).map((entry) => {
      const asking = this.#sections.filter((_, index) => here[index]?.has(entry) === true);
      const isOwn = this.#members === undefined ? isProject(entry) : this.#members.includes(entry.name);
      const use = isOwn ? "production" : (useOf(asking) ?? this.#useElsewhere(entry));
      return { ...entry, use, askedBy: asking.map(({ name }) => (name === MAIN ? "main" : name)) };
    });
  }

  #useElsewhere(entry: LockEntry): "elsewhere" | "none" {
    return this.#sections.some((section) => this.#brings(section, anywhere).has(entry)) ? "elsewhere" : "none";
  }

  #brings({ name, dependencies }: Section, holds: Holds): ReadonlySet<LockEntry> {
    const known = this.#known.get(holds) ?? new Map<string, ReadonlySet<LockEntry>>();
    this.#known.set(holds, known);
    const brought =
      known.get(name) ??
      this.#reading?.installs({ section: name, roots: dependencies.map(needOf), holds }) ??
      new Set<LockEntry>();
    known.set(name, brought);
    return brought;
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

function useOf(asking: readonly Section[]): LockedPackage["use"] | undefined {
  if (asking.some(isInProduction)) return "production";
  if (asking.some(({ forDevelopment }) => forDevelopment)) return "development";
  return asking.length > 0 ? "optional" : undefined;
}

const isProject = ({ source, path }: LockEntry): boolean =>
  path === "." && (source === "virtual" || source === "editable" || source === "path");

function needOf({ name, requirement }: Dependency): Need {
  const read = readRequirement(requirement);
  return { name, extras: read?.extras ?? [], marker: read?.marker };
}
