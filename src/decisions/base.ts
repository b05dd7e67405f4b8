import type { Choice, Decider, Facts } from "./decider.ts";
import { configured, override } from "./shared/override.ts";
import {
  allowedPythons,
  bestPython,
  gapsNamed,
  gapsOn,
  keepsOldPython,
  lacksWheels,
  pythonToday,
  whyOld,
} from "./shared/pythons.ts";
import { placesOf } from "./shared/say.ts";
import { exactVersion } from "./shared/specifier.ts";
import { at, lineage } from "./shared/today.ts";

interface Picked {
  readonly python: string;
  readonly because: string;
  readonly evidence: readonly string[];
  /** Rules whose findings it leaves. */
  readonly leaves?: readonly string[];
}

function* oldPython(facts: Facts): Generator<Picked> {
  const { dockerfile, profile, service } = facts;
  const today = pythonToday(facts);
  if (today === undefined || !keepsOldPython(facts)) return;
  yield {
    python: today,
    because: `Python ${today} is what runs today, and ${whyOld(facts)}; \`base: "${profile.pythons[0]}"\` under \`decisions\` tries one.`,
    evidence: [...at(dockerfile, lineage(dockerfile)[0]?.from), ...placesOf(service.python.requires)],
    leaves: ["base-end-of-life"],
  };
}

/** The interpreters that could be taken, the best reason first; undefined where that reason does not exist. */
function* candidates(facts: Facts): Generator<Picked> {
  const { service, dockerfile } = facts;
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
    python !== undefined && allowedPythons(facts).includes(python);
  const today = pythonToday(facts);
  if (usable(today))
    yield {
      python: today,
      because: `Python ${today} is what runs today${requires === undefined ? "" : `, and \`${requires.value}\` allows it`}.`,
      evidence: [...at(dockerfile, lineage(dockerfile)[0]?.from), ...placesOf(requires)],
    };
  yield* oldPython(facts);
  const pinned = /^(?:cpython-)?(\d+\.\d+)/.exec(service.python.pinned?.value ?? "")?.[1];
  // Where none has all wheels, this is as good as another, and the refusal says it.
  if (usable(pinned) && (gapsOn(facts, pinned).length === 0 || lacksWheels(facts)))
    yield {
      python: pinned,
      because: `The project pins Python ${pinned}.`,
      evidence: placesOf(service.python.pinned, requires),
    };
}

function newest(facts: Facts): Picked {
  const { requires } = facts.service.python;
  const first = allowedPythons(facts)[0] ?? facts.profile.pythons[0] ?? "3.13";
  const python = bestPython(facts) ?? first;
  const why =
    requires === undefined
      ? `Nothing names a Python version; ${python} is the newest with wheels for nearly everything`
      : `${python} is the newest mature version that \`${requires.value}\` allows`;
  const gaps = python === first ? [] : gapsOn(facts, first);
  return {
    python,
    because:
      gaps.length === 0
        ? `${why}.`
        : `${why} and the lock has wheels for: of ${gapsNamed(gaps)} it has none for ${first}.`,
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
        {
          option: "alpine",
          because: "what has no wheel for musl would be compiled, and system packages have other names there",
        },
        { option: "the full image", because: "it carries compilers and headers that nothing uses at run time" },
        { option: "a uv image as builder", because: "its release and Python path may differ from the runtime's" },
        { option: "distroless", because: "it offers one Python version and no shell to look inside" },
      ],
    };
  },
};
