import { inProject } from "../project/project-folder.ts";
import type { Evidence } from "../model/types.ts";
import { baseOf } from "./queries/base.ts";
import { contextFilesIn } from "./queries/context.ts";
import { healthy, healthyDockerfile, healthyFile, healthyWith, project, syncLine } from "./queries/example.ts";
import { pythonAllowed } from "./queries/python-version.ts";
import { rootImage } from "./queries/settings.ts";
import { at, find } from "./queries/steps.ts";
import { type Sync, syncsIn } from "./queries/uv.ts";
import type { Rule, RuleInput } from "./rule.ts";

const exact = (requires: string, of: string): string => healthyFile(of, [">=3.12", requires]);
const wholeCopy = healthyWith([syncLine, syncLine.replace("RUN --mount", "COPY . .\nRUN --mount")]);

export const pythonPinDiffers: Rule = {
  id: "python-pin-differs",
  title: "An exact Python is asked for, and the base has another or a moving one",
  why: "uv takes .python-version and an exact requires-python at their word. When the base brings another release, today or after its next update, uv downloads one of its own, which stays in the builder, or the build stops where that is forbidden.",
  source: "an exact patch release against a floating minor tag; `COPY . .` brings .python-version in",
  demand: "allowed-python",
  severity: "warning",
  confidence: "likely",
  advice:
    "Name the minor release in .python-version (`3.13`) and a range in requires-python; keep .python-version out of the image, or take the base of that very release.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["builds", "becomes-healthy"],
  examples: {
    bad: [
      project({ Dockerfile: wholeCopy, ".python-version": "3.12\n" }),
      project({
        Dockerfile: healthyDockerfile,
        "pyproject.toml": exact("==3.13.5", "pyproject.toml"),
        "uv.lock": exact("==3.13.5", "uv.lock"),
      }),
    ],
    good: [
      healthy,
      project({ Dockerfile: wholeCopy, ".python-version": "3.13\n" }),
      // It is not in the build.
      project({ Dockerfile: healthyDockerfile, ".python-version": "3.12\n" }),
      project({
        Dockerfile: healthyDockerfile.replaceAll("python:3.13-slim", "python:3.13.5-slim"),
        "pyproject.toml": exact("==3.13.5", "pyproject.toml"),
        "uv.lock": exact("==3.13.5", "uv.lock"),
      }),
    ],
  },
  *check(input) {
    const { dockerfile, service } = input;
    const isExact = service.python.requires?.value.includes("==") === true || service.python.pinned !== undefined;
    for (const sync of isExact ? syncsIn(dockerfile) : []) {
      const { step, env, command } = sync;
      const told = env.has("UV_PYTHON") || command.argv.some((word) => /^(?:--python|-p)(?:=|$)/.test(word));
      const { python, reference } = baseOf(rootImage(dockerfile, step.stage));
      const wanted = python === undefined || told ? undefined : wantedBy(input, sync, python);
      if (python === undefined || wanted === undefined) continue;
      const floating = python.split(".").length < 3 && wanted.version.startsWith(`${python}.`);
      yield {
        message: `${wanted.evidence?.file ?? "The project"} asks for Python ${wanted.version}, and ${reference} brings ${python}${floating ? " in whatever patch release is newest" : ""}.`,
        where: at(dockerfile, step.instruction, find(dockerfile, step.instruction, "uv sync")),
        related: wanted.evidence === undefined ? [] : [{ ...wanted.evidence, message: "it is asked for here" }],
      };
      return;
    }
  },
};

interface Wanted {
  readonly version: string;
  readonly evidence: Evidence | undefined;
}

/** What is asked for exactly, when the base does not have it for certain. */
const wantedBy = (input: RuleInput, sync: Sync, python: string): Wanted | undefined =>
  byRange(input, python) ?? byPin(input, sync, python);

function byRange({ service }: RuleInput, python: string): Wanted | undefined {
  const { requires } = service.python;
  const version = /^==\s*(\d+\.\d+\.\d+)$/.exec(requires?.value.trim() ?? "")?.[1];
  if (version === undefined || version === python || !pythonAllowed(python, `==${version}`)) return undefined;
  return { version, evidence: requires?.evidence[0] };
}

function byPin(input: RuleInput, { step }: Sync, python: string): Wanted | undefined {
  const { pinned } = input.service.python;
  const evidence = pinned?.evidence[0];
  const file = evidence?.file;
  const isHere = file === PIN || file === inProject(input.service.projectFolder, PIN);
  if (file === undefined || !isHere || contextFilesIn(input, step)?.has(file) !== true) return undefined;
  const pin = /^(?:cpython-|python)?(\d+\.\d+(?:\.\d+)?)$/.exec(pinned?.value.trim() ?? "")?.[1];
  return pin === undefined || fits(pin, python) ? undefined : { version: pin, evidence };
}

const PIN = ".python-version";
const fits = (pin: string, python: string): boolean =>
  pin === python || (pin.split(".").length < 3 && python.startsWith(`${pin}.`));
