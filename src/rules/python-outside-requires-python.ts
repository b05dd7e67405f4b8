import { baseOf } from "./queries/base.ts";
import { healthyDockerfile, healthy, project, slim } from "./queries/example.ts";
import { pythonAllowed } from "./queries/python-version.ts";
import { rootImage } from "./queries/settings.ts";
import { at, find, lineage, reachable, shippedStage, stepsOf } from "./queries/steps.ts";
import { syncsIn } from "./queries/uv.ts";
import { installsIn } from "./queries/packages.ts";
import { pythonInstalls } from "./queries/installs.ts";
import type { Rule, RuleFinding, RuleInput } from "./rule.ts";

const distributed = (base: string, install: string, python = "python3") =>
  project({
    Dockerfile: `FROM ${base}\nRUN ${install}\nWORKDIR /app\nCOPY . .\nRUN ${python} -m venv /opt/venv && /opt/venv/bin/pip install --no-cache-dir .\nCMD ["/opt/venv/bin/uvicorn", "app.main:app", "--host", "0.0.0.0"]\n`,
    "uv.lock": "",
  });
const APT = "apt-get update && apt-get install -y --no-install-recommends python3 python3-venv";

export const pythonOutsideRequiresPython: Rule = {
  id: "python-outside-requires-python",
  title: "The base's Python is not one that the project accepts",
  why: "uv then downloads another CPython into the builder's home; the environment's interpreter is a link to it, which dangles as soon as the environment is copied to another stage, and cannot be read by another user. pip refuses the project instead.",
  source: "seen in Hydraulink: base 3.12, project >=3.13",
  demand: "allowed-python",
  severity: "error",
  confidence: "certain",
  advice:
    "Take a base whose Python satisfies requires-python, and set UV_PYTHON_DOWNLOADS=never so that a mismatch stops the build.",
  aliases: [],
  numbers: ["IMG004"],
  since: "0.1.0",
  provenBy: ["builds", "becomes-healthy"],
  examples: {
    bad: [
      project({ Dockerfile: healthyDockerfile.replaceAll(slim, "python:3.11-slim-trixie") }),
      project({ Dockerfile: healthyDockerfile.replaceAll(slim, "python:3.11.9-slim-trixie") }),
      distributed("ubuntu:22.04", APT),
      distributed("amazonlinux:2023", "dnf install -y python3 python3-pip"),
      distributed("amazonlinux:2023", "dnf install -y python3.11 python3.11-pip", "python3.11"),
    ],
    good: [
      healthy,
      project({ Dockerfile: healthyDockerfile.replaceAll(slim, "python:3.12-slim-trixie") }),
      distributed("ubuntu:24.04", APT),
      distributed("amazonlinux:2023", "dnf install -y python3 python3.12", "python3.12"),
      // Another one comes from elsewhere.
      distributed("ubuntu:22.04", `add-apt-repository ppa:deadsnakes/ppa && ${APT} python3.13`, "python3.13"),
      distributed(
        "ubuntu:22.04",
        `${APT} && curl -fsSL https://example.org/python.tgz | tar -xz -C /opt`,
        "/opt/python3",
      ),
    ],
  },
  *check(input) {
    yield* ofPackages(input);
    const { dockerfile, service } = input;
    const requires = service.python.requires;
    if (!requires) return;
    const installing = new Set(syncsIn(dockerfile).map(({ step }) => step.stage));
    const shipped = shippedStage(dockerfile);
    for (const stage of reachable(dockerfile)) {
      if (stage.parent !== undefined) continue;
      const used = stage === shipped || (shipped && lineage(dockerfile, shipped).includes(stage));
      const base = baseOf(rootImage(dockerfile, stage));
      const installs = [...installing].some((one) => lineage(dockerfile, one).includes(stage));
      if (base.python === undefined || !(used || installs) || pythonAllowed(base.python, requires.value)) continue;
      const related = requires.evidence.map((evidence) => ({
        ...evidence,
        message: `requires-python is ${requires.value}`,
      }));
      yield {
        message: `${stage.resolvedBase} brings Python ${base.python}, but the project requires ${requires.value}.`,
        where: at(dockerfile, stage.from, find(dockerfile, stage.from, stage.base)),
        related,
      };
    }
  },
};

/** The release that `python3` is, as each distribution's own package has it. */
const PYTHON3: Readonly<Record<string, string>> = {
  "debian bullseye": "3.9",
  "debian bookworm": "3.11",
  "debian trixie": "3.13",
  "ubuntu 20.04": "3.8",
  "ubuntu 22.04": "3.10",
  "ubuntu 24.04": "3.12",
  "amazonlinux 2023": "3.9",
  "ubi 8": "3.6",
  "ubi 9": "3.9",
};

/** The distribution's packages bring the interpreter, and pip installs with it: uv would fetch another. */
function* ofPackages({ dockerfile, service }: RuleInput): Generator<RuleFinding> {
  const { requires } = service.python;
  const stages = new Set(pythonInstalls(dockerfile).flatMap(({ tool, step }) => (tool === "pip" ? [step.stage] : [])));
  if (requires === undefined || BY_HAND.test(dockerfile.text.toLowerCase())) return;
  for (const stage of stages) {
    const base = baseOf(rootImage(dockerfile, stage));
    const { distribution } = base;
    const known = distribution && PYTHON3[`${distribution.name} ${distribution.release ?? ""}`];
    if (known === undefined || base.python !== undefined || base.short === "uv") continue;
    const found = installsIn(stepsOf(dockerfile, stage)).flatMap(({ packages, step }) =>
      packages.flatMap((name) => ({ step, name, release: releaseOf(name, known) ?? "" })),
    );
    const brought = found.filter(({ release }) => release !== "");
    if (brought.some(({ release }) => pythonAllowed(release, requires.value))) continue;
    const [first] = brought;
    if (first === undefined) continue;
    yield {
      message: `${distribution?.name ?? ""} ${distribution?.release ?? ""} brings Python ${first.release} by ${first.name}, but the project requires ${requires.value}.`,
      where: at(dockerfile, first.step.instruction, find(dockerfile, first.step.instruction, first.name)),
      related: requires.evidence.map((evidence) => ({ ...evidence, message: `requires-python is ${requires.value}` })),
    };
  }
}

/** Another Python than that of a package may be there. */
const BY_HAND = /\b(?:uv|pyenv|conda|mamba|rye|mise|asdf)\b|deadsnakes|add-apt-repository|https?:\/\/\S*python|--from=/;

const releaseOf = (name: string, usual: string): string | undefined =>
  /^python(3\.\d+)$/.exec(name)?.[1] ?? (/^python3(?:-(?:pip|venv|minimal|full))?$/.test(name) ? usual : undefined);
