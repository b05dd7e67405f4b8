import type { Facts } from "../decisions/decider.ts";
import type { PackageManager, Refusal } from "../model/types.ts";

/** It makes a package of every project; one that has no package of its name could then not be built. */
const MIGRATE =
  "`uvx migrate-to-uv`, which keeps the locked versions; where the service runs from its folder, leave `[build-system]` out";

/** How a project gets a uv.lock. The versions that are locked today stay where the tool can read them. */
const TO_UV: Readonly<Record<PackageManager, string>> = {
  pip: "On a branch, run `uv init --bare` where there is no pyproject.toml, then `uv add -r` with the requirements file that the image installs",
  none: "On a branch, run `uv init --bare` where there is no pyproject.toml, then `uv add` with what the image installs",
  poetry: `On a branch, run ${MIGRATE}`,
  pipenv: `On a branch, run ${MIGRATE}`,
  pdm: "On a branch, run `uv lock`: uv reads the same `[project]` table, and what stands under `[tool.pdm]` moves to `[tool.uv]`",
  uv: "Run `uv lock`",
};

/** A project without a uv.lock, and how it gets one. */
export function* managerRefusals({ service }: Facts): Generator<Refusal> {
  const manager = service.manager.value;
  if (manager !== "uv")
    yield {
      id: "manager",
      what: `The project is managed with ${manager === "none" ? "no package manager" : manager}`,
      because: "This version installs from a uv.lock only; translating another lock would change versions unseen.",
      instead: `${TO_UV[manager]}. Look at the versions, commit pyproject.toml and uv.lock, and run again.`,
      blocking: true,
    };
  else if (service.lock === undefined)
    yield {
      id: "no-lock",
      what: "There is no uv.lock",
      because:
        "Without a lock every build may install other versions, and nothing that is proven today holds tomorrow.",
      instead: `${TO_UV.uv}, commit uv.lock and run again.`,
      blocking: true,
    };
}
