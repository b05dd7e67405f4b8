import { changed, healthy, syncLine } from "./queries/example.ts";
import { at, find, flag, mountsOf } from "./queries/steps.ts";
import { syncsIn } from "./queries/uv.ts";
import type { Rule } from "./rule.ts";

export const projectInstalledBeforeSource: Rule = {
  id: "project-installed-before-source",
  title: "The dependency layer installs the project before its source is there",
  why: "A packaged project is built while its code is missing: the build backend fails, or installs an empty package, and the service imports an old or empty version of itself.",
  source: "uv's guide for Docker: intermediate layers",
  demand: "cached-dependencies",
  severity: "warning",
  confidence: "likely",
  advice:
    "Use `--no-install-project` in the layer that only has pyproject.toml and uv.lock, and sync again after the source is copied.",
  aliases: [],
  numbers: ["UV013"],
  since: "0.1.0",
  provenBy: ["builds", "becomes-healthy"],
  examples: {
    bad: [{ ...changed([" --no-install-project", ""]), "pyproject.toml": packaged() }],
    good: [
      healthy,
      changed([" --no-install-project", ""]),
      {
        ...changed([syncLine, `COPY . .\n${syncLine.replace(" --no-install-project", "")}`]),
        "pyproject.toml": packaged(),
      },
    ],
  },
  *check({ dockerfile, service }) {
    if (service.packaging.kind.value !== "package") return;
    for (const { step, project, command } of syncsIn(dockerfile)) {
      if (!project) continue;
      const before = step.stage.instructions.filter(({ line }) => line < step.instruction.line);
      const source = before.some(
        (one) =>
          (one.keyword === "COPY" || one.keyword === "ADD") &&
          flag(one, "from") === undefined &&
          bringsSource(one.words.slice(0, -1)),
      );
      const mounted = mountsOf(step.instruction).some(
        ({ type, source: from }) => type === "bind" && bringsSource([from ?? "."]),
      );
      if (source || mounted || step.stage.parent !== undefined) continue;
      yield {
        message: `\`${command.text}\` installs the project, but only its metadata has been copied.`,
        where: at(dockerfile, step.instruction, find(dockerfile, step.instruction, "uv sync")),
      };
    }
  },
};

/** Anything but the files that only describe the project. */
const bringsSource = (words: readonly string[]): boolean =>
  words.some(
    (word) =>
      !/(^|\/)(pyproject\.toml|uv\.lock|\.python-version|README[\w.]*|LICEN[CS]E[\w.]*|uv\.toml|requirements[\w.-]*)$/i.test(
        word,
      ),
  );

function packaged(): string {
  return '[project]\nname = "app"\nversion = "1.0.0"\nrequires-python = ">=3.12"\ndependencies = ["fastapi==0.121.0", "uvicorn==0.38.0"]\n\n[dependency-groups]\ndev = ["pytest==8.4.2"]\n\n[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n';
}
