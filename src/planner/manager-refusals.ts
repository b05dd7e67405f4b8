import type { Facts } from "../decisions/decider.ts";
import { list } from "../decisions/shared/say.ts";
import type { PackageManager, PipInstall, Refusal } from "../model/types.ts";
import { isPylock } from "../project/lock-pylock.ts";
import { refusal } from "./refusal-kinds.ts";

/** It makes a package of every project; one that has no package of its name could then not be built. */
const MIGRATE =
  "`uvx migrate-to-uv`, which keeps the locked versions; where the service runs from its folder, leave `[build-system]` out";

function fromList(added: string): string {
  return `On a branch, run \`uv init --bare\` where there is no pyproject.toml, then ${added}`;
}

/** How a project gets a uv.lock. The versions that are locked today stay where the tool can read them. */
const TO_UV: Readonly<Record<PackageManager, string>> = {
  pip: fromList("`uv add -r` with the requirements file that the image installs"),
  none: fromList("`uv add` with what the image installs"),
  poetry: `On a branch, run ${MIGRATE}`,
  pipenv: `On a branch, run ${MIGRATE}`,
  pdm: "On a branch, run `uv lock`: uv reads the same `[project]` table, and what stands under `[tool.pdm]` moves to `[tool.uv]`",
  uv: "Run `uv lock`",
};

/** With the name of the requirements file, where it is known. */
const toUv = (manager: PackageManager, path: string | undefined): string =>
  manager === "pip" && path !== undefined ? fromList(`\`uv add -r ${path}\``) : TO_UV[manager];

/** uv writes a pylock.toml and installs from one, but makes no uv.lock of it. */
const FROM_PYLOCK =
  "On a branch, list what the service needs in pyproject.toml where it is not there, and run `uv lock`: it may take newer versions than pylock.toml has";

/** Where pip installs, its calls of today are made again: those that are not understood cannot be. */
function* pipRefusals({ unread, hashed, loose, calls }: PipInstall): Generator<Refusal> {
  if (unread.length > 0)
    yield refusal("pip-call", { what: `Today's image installs with ${list(unread.map((text) => `\`${text}\``))}` });
  if (hashed) return;
  const files = [...new Set(calls.flatMap((call) => call.files))];
  const path = files.length === 1 && files[0] !== "pyproject.toml" ? files[0] : undefined;
  const input = path === undefined ? undefined : path.replace(/(?:\.txt)?$/, ".in");
  const first = loose.slice(0, 3).map(({ name, place }) => `${name} (${place.file}:${place.line})`);
  yield refusal("not-locked", {
    what:
      loose.length > 0
        ? `${first.join(", ")}${loose.length > first.length ? ` and ${loose.length - first.length} more` : ""} may be any version`
        : `${list(files.length > 0 ? files : calls.flatMap(({ packages }) => packages))} may leave out what ${files.length > 0 ? "the packages in it" : "these packages"} need themselves`,
    ...(path === undefined || input === undefined
      ? {}
      : {
          instead: `Run \`git mv ${path} ${input} && uv pip compile --generate-hashes --universal -o ${path} ${input}\`, look at the versions, commit both and run again.`,
        }),
  });
}

/** A project without a uv.lock, and how it gets one. */
export function* managerRefusals({ service }: Pick<Facts, "service">): Generator<Refusal> {
  const manager = service.manager.value;
  const isStandard = manager !== "uv" && isPylock(service.lock?.path ?? "");
  // What pip installs today beside a lock that it does not read would come along unlocked.
  if (service.pip !== undefined && !isStandard) {
    yield* pipRefusals(service.pip);
    return;
  }
  if (manager !== "uv")
    yield refusal("manager", {
      what: isStandard
        ? `The project is locked in ${service.lock?.path}`
        : `The project is managed with ${manager === "none" ? "no package manager" : manager}`,
      instead: `${isStandard ? FROM_PYLOCK : toUv(manager, service.lock?.path)}. Look at the versions, commit pyproject.toml and uv.lock, and run again.`,
    });
  else if (service.lock === undefined) yield refusal("no-lock", { what: "There is no uv.lock" });
}
