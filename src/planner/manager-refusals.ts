import type { Facts } from "../decisions/decider.ts";
import { isOldPdmLock } from "../decisions/shared/lock-tool.ts";
import { list } from "../decisions/shared/say.ts";
import type { LockFile, PipInstall, Refusal, Service } from "../model/types.ts";
import { LOCKS } from "../project/lock-names.ts";
import { isPylock } from "../project/lock-pylock.ts";
import { refusal } from "./refusal-kinds.ts";

function fromList(added: string): string {
  return `On a branch, run \`uv init --bare\` where there is no pyproject.toml, then ${added}`;
}

/** How a project that nobody locked gets a lock, with the name of the requirements file where it is known. */
function toUv(manager: "pip" | "none", path: string | undefined): string {
  if (manager === "none") return fromList("`uv add` with what the image installs");
  return fromList(
    path === undefined ? "`uv add -r` with the requirements file that the image installs" : `\`uv add -r ${path}\``,
  );
}

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

/** A project without a lock that can be installed from, and how it gets one. */
export function* managerRefusals({ service }: Pick<Facts, "service">): Generator<Refusal> {
  const { projectFolder, dockerfiles } = service;
  // What else there is to say of its lock is said where it lies.
  if (projectFolder === undefined) yield* lockedAs(service);
  else yield belowRefusal(projectFolder, dockerfiles[0], service.dockerignore);
}

function unmanaged(service: Service, manager: "pip" | "none"): Refusal {
  const folder = manager === "none" ? folderWithList(service) : undefined;
  if (folder !== undefined)
    return refusal("manager", {
      what: `${service.dockerfiles[0]} and the list of what it installs lie in a folder of their own`,
      because: "The rework is made for one folder, which is the build's context.",
      instead: `Run again on that folder: \`seaworthy ./${folder}\`.`,
    });
  return refusal("manager", {
    what: `The project is managed with ${manager === "none" ? "no package manager" : manager}`,
    instead: `${toUv(manager, service.lock?.path)}. ${COMMIT}`,
  });
}

/** The folder below that has the Dockerfile and, beside it, what says what is installed. */
function folderWithList({ dockerfiles: [dockerfile = ""], files }: Service): string | undefined {
  const folder = dockerfile.slice(0, Math.max(0, dockerfile.lastIndexOf("/")));
  const isList = (file: string) => /^(?:requirements[\w.-]*\.txt|pyproject\.toml|Pipfile|setup\.py)$/.test(file);
  const has = files.some((file) => file.startsWith(`${folder}/`) && isList(file.slice(folder.length + 1)));
  return folder !== "" && has ? folder : undefined;
}

const COMMIT = "Look at the versions, commit pyproject.toml and uv.lock, and run again.";

function* lockedAs(service: Service): Generator<Refusal> {
  const manager = service.manager.value;
  const isStandard = manager !== "uv" && isPylock(service.lock?.path ?? "");
  // What pip installs today beside a lock that it does not read would come along unlocked.
  if (service.pip !== undefined && !isStandard) {
    yield* pipRefusals(service.pip);
    return;
  }
  if (isStandard)
    yield refusal("manager", {
      what: `The project is locked in ${service.lock?.path}`,
      instead: `${FROM_PYLOCK}. ${COMMIT}`,
    });
  else if (manager === "pip" || manager === "none") yield unmanaged(service, manager);
  else if (service.lock === undefined) {
    const { lock } = LOCKS[manager];
    yield refusal("no-lock", {
      what: `There is no ${lock}`,
      instead: `${inWorkspace(service)}Run \`${manager} lock\`, commit ${lock} and run again.`,
    });
  } else {
    if (isOldPdmLock(service.lock))
      yield refusal("manager", {
        what: `pdm.lock is of the format ${service.lock.format ?? "that names no format"}`,
        because: "A PDM of today takes another digest of pyproject.toml, so it could not tell whether this lock fits.",
        instead: "Run `pdm lock --update-reuse`, which keeps the versions, commit pdm.lock and run again.",
      });
    yield* indexRefusals(service.lock);
    yield* ownPackageRefusals(service);
  }
}

/** The lock of a uv workspace lies at its root, and `uv lock` in a member's folder writes that one. */
const inWorkspace = ({ manager, dependencies, dockerfiles }: Service): string =>
  manager.value === "uv" && dependencies.workspace
    ? `Where this is a member of a uv workspace, run again with the workspace's root as DIR, and name this folder's ${dockerfiles[0] ?? "Dockerfile"} by \`--dockerfile\`. Else: `
    : "";

function belowRefusal(folder: string, dockerfile = "the Dockerfile", dockerignore?: string): Refusal {
  const moving = dockerignore === undefined ? dockerfile : `${dockerfile} and ${dockerignore}`;
  return refusal("project-below", {
    what: `${dockerfile} installs the project that lies in ${folder}/`,
    instead: `Move ${moving} into ${folder}/, take \`${folder}/\` out of the paths in ${dockerignore === undefined ? "it" : "them"}, build with ${folder}/ as the context, and run again with that folder as DIR.`,
  });
}

/** Pipenv of today stops at such a Pipfile before it reads the lock, which has a digest of it. */
function* indexRefusals({ incompleteIndex }: Pick<LockFile, "incompleteIndex">): Generator<Refusal> {
  if (incompleteIndex === undefined) return;
  const { lacks, place } = incompleteIndex;
  const line = lacks === "name" ? '`name = "pypi"`' : "`verify_ssl = true`";
  yield refusal("manager", {
    what: `${place.file}:${place.line} names an index without \`${lacks}\``,
    because: "A Pipenv of today installs nothing from such a Pipfile, and those that did run on no Python of today.",
    instead: `Add ${line} to that \`[[source]]\`, run \`pipenv lock\`, look at the versions, commit both files and run again.`,
  });
}

/** Its code is not there when the dependencies are installed. */
function* ownPackageRefusals({ manager, lock }: Pick<Service, "manager" | "lock">): Generator<Refusal> {
  const own = lock?.packages.find(({ path, use }) => path === "." && use === "production");
  if (manager.value === "pipenv" && own !== undefined)
    yield refusal("workspace", {
      what: `${lock?.path} installs the project itself, as ${own.name}`,
      because: "Its code would have to be there before its dependencies, and every edit would install them all again.",
      instead: `Take ${own.name} out of the Pipfile, list there what it needs, lock again and start the service from its folder.`,
    });
}
