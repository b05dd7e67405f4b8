import type { Choice, Decider, Facts } from "./decider.ts";
import { configured, override } from "./shared/override.ts";
import { placesOf } from "./shared/say.ts";
import { allows, exactVersion } from "./shared/specifier.ts";
import { at, baseToday, lineage } from "./shared/today.ts";

interface Picked {
  readonly python: string;
  readonly because: string;
  readonly evidence: readonly string[];
  /** Rules whose findings it leaves. */
  readonly leaves?: readonly string[];
}

/** What the service and its lock both allow. */
export function pythonAllowed(facts: Pick<Facts, "service">, python: string): boolean {
  const { service } = facts;
  return [service.python.requires?.value, service.lock?.requiresPython].every(
    (specifier) => specifier === undefined || allows(specifier, python),
  );
}

/** Of Python's own image, and of uv's with a Python in it. */
function pythonToday(facts: Facts): string | undefined {
  const image = baseToday(facts.dockerfile) ?? "";
  return (/(?:^|\/)python:(\d+\.\d+)/.exec(image) ?? /\/uv:(?:[\w.]+-)?python(\d+\.\d+)/.exec(image))?.[1];
}

/** The interpreters that could be taken, the best reason first; undefined where that reason does not exist. */
function* candidates(facts: Facts): Generator<Picked> {
  const { service, profile, dockerfile } = facts;
  const wanted = override(facts, "base.python", "text");
  if (wanted !== undefined) yield { python: wanted, because: configured("base.python"), evidence: [] };
  const requires = service.python.requires;
  const exact = exactVersion(requires?.value ?? "");
  if (exact !== undefined)
    yield {
      python: exact,
      because: `requires-python demands exactly ${exact}, which a floating tag would not keep.`,
      evidence: placesOf(requires),
    };
  const usable = (python: string | undefined): python is string =>
    python !== undefined && profile.pythons.includes(python) && pythonAllowed(facts, python);
  const today = pythonToday(facts);
  if (usable(today))
    yield {
      python: today,
      because: `Python ${today} is what runs today${requires === undefined ? "" : `, and \`${requires.value}\` allows it`}.`,
      evidence: [...at(dockerfile, lineage(dockerfile)[0]?.from), ...placesOf(requires)],
    };
  if (today !== undefined && keepsOldPython(facts))
    yield {
      python: today,
      because: `Python ${today} is what runs today, and ${whyOld(facts)}; \`base: "${profile.pythons[0]}"\` under \`decisions\` tries one.`,
      evidence: [...at(dockerfile, lineage(dockerfile)[0]?.from), ...placesOf(requires)],
      leaves: ["base-end-of-life"],
    };
  const pinned = /^(?:cpython-)?(\d+\.\d+)/.exec(service.python.pinned?.value ?? "")?.[1];
  if (usable(pinned))
    yield {
      python: pinned,
      because: `The project pins Python ${pinned}.`,
      evidence: placesOf(service.python.pinned, requires),
    };
}

function whyOld(facts: Facts): string {
  const says = saysPython(facts);
  return says === undefined
    ? "nothing says that the packages of the service have a version for another"
    : `the project allows no newer one (\`${says}\`)`;
}

const saysPython = ({ service }: Facts): string | undefined =>
  service.python.requires?.value ?? service.lock?.requiresPython;

/** An older Python of the official image, in a project that does not say which ones it runs on, or allows no newer one. */
export function keepsOldPython(facts: Facts): boolean {
  const { profile } = facts;
  const today = pythonToday(facts);
  const isOfficial = profile.installPython("3.13", []) === undefined;
  if (today === undefined || !isOfficial || !/^3\.(?:8|9|10)$/.test(today)) return false;
  if (saysPython(facts) === undefined) return true;
  return pythonAllowed(facts, today) && !profile.pythons.some((python) => pythonAllowed(facts, python));
}

function newest(facts: Facts): Picked {
  const { requires } = facts.service.python;
  const python = facts.profile.pythons.find((one) => pythonAllowed(facts, one)) ?? facts.profile.pythons[0] ?? "3.13";
  return {
    python,
    because:
      requires === undefined
        ? `Nothing names a Python version; ${python} is the newest with wheels for nearly everything.`
        : `${python} is the newest mature version that \`${requires.value}\` allows.`,
    evidence: placesOf(requires),
  };
}

/** Both stages start from one base, so compiled extensions, paths and the interpreter cannot differ between them. */
export const base: Decider = {
  id: "base",
  title: "Base image and Python version",
  after: [],
  resolves: [
    "base-end-of-life",
    "base-floating-tag",
    "base-not-digest-pinned",
    "builder-runtime-libc-mismatch",
    "builder-runtime-python-mismatch",
    "last-stage-not-production",
    "python-outside-requires-python",
    "shell-absent",
    "single-stage-with-build-tooling",
    "undefined-argument-in-from",
    "venv-interpreter-absent",
  ],
  decide(facts: Facts): Choice {
    const { profile } = facts;
    const first = candidates(facts).next();
    const { python, because, evidence, leaves = [] }: Picked = first.done === true ? newest(facts) : first.value;
    const image = override(facts, "base.image", "text") ?? profile.image(python);
    return {
      value: { base: { image, python, interpreter: profile.interpreter(python) } },
      choice: `\`${image}\` for every stage`,
      because: `${because} Builder and runtime start from the same image, so wheels, paths and the interpreter fit.`,
      evidence,
      leaves,
      rejected: [
        { option: "alpine", because: "musl has no wheels for part of the lock, so packages would be compiled" },
        { option: "the full image", because: "it carries compilers and headers that nothing uses at run time" },
        { option: "a uv image as builder", because: "its release and Python path may differ from the runtime's" },
        { option: "distroless", because: "it offers one Python version and no shell to look inside" },
      ],
    };
  },
};
