import type { Dockerfile } from "../../model/types.ts";
import type { Profile } from "../../profiles/profile.ts";
import type { WheelGap } from "../../project/wheel-gaps.ts";
import type { Facts } from "../decider.ts";
import { list } from "./say.ts";
import { allows } from "./specifier.ts";
import { baseToday, instructionsToday } from "./today.ts";

/** Official images of them are still there, and are kept where nothing newer is known to run the service. */
const OLD = ["3.10", "3.9", "3.8"];

/** Releases whose own package `python3` is this Python. */
const OF_RELEASE: Readonly<Record<string, string>> = {
  "ubuntu:20.04": "3.8",
  "ubuntu:focal": "3.8",
  "ubuntu:22.04": "3.10",
  "ubuntu:jammy": "3.10",
  "ubuntu:24.04": "3.12",
  "ubuntu:noble": "3.12",
  "debian:11": "3.9",
  "debian:bullseye": "3.9",
  "debian:12": "3.11",
  "debian:bookworm": "3.11",
  "debian:13": "3.13",
  "debian:trixie": "3.13",
  "alpine:3.18": "3.11",
  "alpine:3.19": "3.11",
  "alpine:3.20": "3.12",
  "alpine:3.21": "3.12",
  "alpine:3.22": "3.12",
};

/**
 * Of Python's own image, of another that names its Python in the tag (`uv:python3.13-bookworm`), or of a distribution that
 * installs one: by its name, or as the release has it.
 */
export function pythonToday({ dockerfile }: { readonly dockerfile: Dockerfile | undefined }): string | undefined {
  const image = baseToday(dockerfile) ?? "";
  const named = /(?:^|\/)python:(\d+\.\d+)/.exec(image) ?? /:(?:[\w.]+-)*python-?(\d+\.\d+)/.exec(image);
  if (named !== null) return named[1];
  const release = /(?:^|\/)((?:debian|ubuntu|alpine):\w+(?:\.\d+)?)/.exec(image)?.[1];
  if (release === undefined) return undefined;
  // Without one of its packages, uv or pyenv brings a Python that the files of the project name.
  const installed = instructionsToday(dockerfile, "RUN").map(
    ({ args }) => /\bpython(3(?:\.\d+)?)(?![\d.])/.exec(args)?.[1],
  );
  const python = installed.find((version) => version !== undefined && version !== "3") ?? installed.find(Boolean);
  return python === "3" ? OF_RELEASE[release] : python;
}

/** Those for which the lock's wheels are looked at. */
export const pythonsToWeigh = ({ pythons }: Profile, dockerfile: Dockerfile | undefined): readonly string[] => [
  ...new Set([...pythons, ...OLD, pythonToday({ dockerfile }) ?? []].flat()),
];

/** What the service and its lock both allow. */
function pythonAllowed({ service }: Pick<Facts, "service">, python: string): boolean {
  return [service.python.requires?.value, service.lock?.requiresPython].every(
    (specifier) => specifier === undefined || allows(specifier, python),
  );
}

export const saysPython = ({ service }: Facts): string | undefined =>
  service.python.requires?.value ?? service.lock?.requiresPython;

/** What the lock has wheels of for other Pythons, and none for this one. */
export const gapsOn = ({ wheelGaps }: Facts, python: string): readonly WheelGap[] =>
  (wheelGaps?.[minorOf(python)] ?? []).filter(({ forOthers }) => forOthers);

export const minorOf = (python: string): string => python.split(".").slice(0, 2).join(".");

const isWithoutGap = (facts: Facts, python: string): boolean => gapsOn(facts, python).length === 0;

/** Those of the base that the project and its lock allow, the best first. */
export const allowedPythons = (facts: Facts): readonly string[] =>
  facts.profile.pythons.filter((python) => pythonAllowed(facts, python));

/** The first of the profile that the project allows and the lock's wheels are for. */
export const bestPython = (facts: Facts): string | undefined =>
  allowedPythons(facts).find((python) => isWithoutGap(facts, python));

/** The project allows Pythons of the base, and the lock has not all wheels for any of them. */
export const lacksWheels = (facts: Facts): boolean =>
  allowedPythons(facts).length > 0 && bestPython(facts) === undefined;

/** One that no base here is known with, and that the lock has all wheels for. */
export const olderWithWheels = (facts: Facts): string | undefined =>
  OLD.find(
    (python) => facts.wheelGaps?.[python] !== undefined && pythonAllowed(facts, python) && isWithoutGap(facts, python),
  );

/** `numpy 1.21.2 and 3 more`. */
export function gapsNamed(gaps: readonly WheelGap[]): string {
  const names = gaps.map(({ name, version }) => `${name} ${version}`);
  return names.length > 4 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : list(names);
}

/** Versions are locked by hashes alone, so nobody sees for which Pythons they have wheels. */
const hidesFiles = ({ service, wheelGaps }: Facts): boolean => service.lock !== undefined && wheelGaps === undefined;

/** An older Python of the official image, where nothing says that the service and its packages run on a newer one. */
export function keepsOldPython(facts: Facts): boolean {
  const today = pythonToday(facts);
  const isOfficial = facts.profile.installPython("3.13", []) === undefined;
  if (today === undefined || !isOfficial || !OLD.includes(today)) return false;
  if (saysPython(facts) === undefined) return true;
  return pythonAllowed(facts, today) && (hidesFiles(facts) || bestPython(facts) === undefined);
}

/** Why it is kept. */
export function whyOld(facts: Facts): string {
  const says = saysPython(facts);
  const [newer] = allowedPythons(facts);
  if (says !== undefined && newer === undefined) return `the project allows no newer one (\`${says}\`)`;
  if (newer === undefined || !lacksWheels(facts))
    return "nothing says that the packages of the service have a version for another";
  return `the lock has not all wheels for a newer one (none of ${gapsNamed(gapsOn(facts, newer))} for ${newer})`;
}
