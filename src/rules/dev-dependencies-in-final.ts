import { append, syncsAtStart } from "./queries/fixes.ts";
import { changed, healthy, project, healthyWith } from "./queries/example.ts";
import { at, find, lineage, shippedStage } from "./queries/steps.ts";
import { syncsIn } from "./queries/uv.ts";
import { venvCopies } from "./queries/venv.ts";
import type { Rule } from "./rule.ts";

export const devDependenciesInFinal: Rule = {
  id: "dev-dependencies-in-final",
  title: "Development dependencies are installed into the shipped environment",
  why: "`uv sync` installs the default groups, `dev` among them, unless told not to. Test tools, linters and type checkers make the image larger and bring their own vulnerabilities into production.",
  source: "Trap T39",
  severity: "warning",
  confidence: "certain",
  advice:
    "Use `uv sync --no-dev`, or `--no-default-groups` with the groups that production needs. First make sure that nothing in the group is imported at run time.",
  aliases: ["UV006"],
  since: "0.1.0",
  fixes: "adds `--no-dev` to the `uv sync`, unless `uv run` would install the group again at the start.",
  provenBy: ["dev-dependencies-absent"],
  examples: {
    bad: [
      changed(["--locked --no-dev --no", "--locked --no"]),
      changed(["--locked --no-dev --no", "--locked --all-groups --no"]),
    ],
    good: [
      healthy,
      changed(["--locked --no-dev --no", "--locked --no-default-groups --no"]),
      project({
        Dockerfile: healthyWith(["--locked --no-dev --no", "--locked --no"]),
        "pyproject.toml":
          '[project]\nname = "reactions"\nversion = "1.0.0"\nrequires-python = ">=3.12"\ndependencies = ["fastapi==0.121.0", "uvicorn==0.38.0"]\n',
      }),
    ],
  },
  *check({ dockerfile, service }) {
    const shipped = shippedStage(dockerfile);
    if (!shipped || !("dev" in service.dependencies.groups)) return;
    const stages = new Set([
      ...lineage(dockerfile, shipped),
      ...venvCopies(dockerfile).flatMap(({ source }) => lineage(dockerfile, source)),
    ]);
    const syncs = syncsIn(dockerfile).filter(({ step }) => stages.has(step.stage));
    // A later sync with --no-dev takes the group out again, in the same environment.
    const last = syncs.at(-1);
    const named = service.dependencies.groups["dev"]?.map(({ name }) => name) ?? [];
    if (!last || named.length === 0) return;
    const all = last.command.argv.some((word) => /^--(all-groups|dev|only-dev)$/.test(word));
    if (!last.dev && !all) return;
    yield {
      message: `\`${last.command.text}\` installs the dev group (${named.slice(0, 4).join(", ")}${named.length > 4 ? ", …" : ""}).`,
      where: at(dockerfile, last.step.instruction, find(dockerfile, last.step.instruction, "uv sync")),
      ...(all || syncsAtStart(dockerfile)
        ? {}
        : append(dockerfile, last.step.instruction, /\buv\s+sync\b/, " --no-dev")),
    };
  },
};
