import type { Refusal } from "../model/types.ts";
import { ofBases, type RefusalKind } from "./refusal-kinds-of-bases.ts";

/** Everything that is refused or only proposed; what it is about in one service stands with the reason (`refusals.ts`). */
export const refusalKinds = {
  ...ofBases,
  manager: {
    title: "The project has no lock that can be installed from",
    because:
      "This version installs from a lock of uv, Poetry, PDM or Pipenv, or as pip does today; translating another lock would change versions unseen.",
    instead:
      "Make a uv.lock of it on a branch, look at the versions, commit pyproject.toml and uv.lock, and run again.",
    blocking: true,
  },
  "project-below": {
    title: "The project lies in a folder below the Dockerfile's",
    because:
      "The rework installs and copies a project from the folder that it is written into: here it would look for files that lie elsewhere.",
    instead:
      "Move the Dockerfile into the project's folder, take that folder's name out of its COPY lines, build with that folder as the context, and run again on that folder.",
    blocking: true,
  },
  "no-lock": {
    title: "There is no lock",
    because: "Without a lock every build may install other versions, and nothing that is proven today holds tomorrow.",
    instead: "Run `uv lock`, `poetry lock`, `pdm lock` or `pipenv lock`, commit the lock and run again.",
    blocking: true,
  },
  "pip-call": {
    title: "A call of pip is not understood",
    because: "The rework makes today's calls of pip again, and leaving out a part of one would install something else.",
    instead: "Write what it installs into the requirements file, or lock the project with uv, and run again.",
    blocking: true,
  },
  "not-locked": {
    title: "The versions are not locked",
    because: "Today's image takes them as they come, and so does the rework: what is proven is the image of this day.",
    instead:
      "Lock them: `uv pip compile --generate-hashes --universal -o requirements.txt` of what is asked for, commit the file, install from it and run again.",
    blocking: false,
  },
  "lock-untracked": {
    title: "The lock is not in git",
    because: "Builds start from the tracked files; a lock that only lies in one working folder is in no other build.",
    instead: "`git add` the lock and commit it, after taking out what ignores it.",
    blocking: true,
  },
  "lock-drift": {
    title: "The lock and pyproject.toml name different dependencies",
    because: "The installation stops at such a lock; told not to look, it would leave a dependency out without a word.",
    instead: "Lock again (`uv lock`, `poetry lock`, `pdm lock`, `pipenv lock`), look at the difference and commit it.",
    blocking: true,
  },
  "python-not-offered": {
    title: "The base has no Python that the project allows",
    because: "The base is known here with other versions only, and another Python may not run the service.",
    instead: "Set `decisions: { base: { python: … } }` to a version that the project allows and the base has.",
    blocking: true,
  },
  "no-wheels": {
    title: "The lock has no wheels for a Python that the base has",
    because:
      "Without a wheel a package is compiled, which a newer Python may not allow and which may need more than a compiler.",
    instead: "Lock again with newer versions, look at them, commit the lock and run again.",
    blocking: true,
  },
  "no-port": {
    title: "Nothing says on which port the service listens",
    because:
      "A bot or a worker may listen on none, and an image that promises a port which nobody opens is never healthy.",
    instead: "Set `ports` under `decisions` to the port, when there is one; else say `kind: worker` in seaworthy.yaml.",
    blocking: true,
  },
  task: {
    title: "The image is a task",
    because: "A rework is made for what keeps running, and proven by it.",
    instead:
      "Prove today's image as what it is: `seaworthy verify . --before`. A task beside a service is one of its `roles`.",
    blocking: true,
  },
  "no-start": {
    title: "Nothing says how the service is started",
    because: "A start command that is guessed starts something else.",
    instead:
      "Set `command` under `decisions` to the server's command, as a list; where Compose starts the service from another folder, name that file under `composeFiles`.",
    blocking: true,
  },
  "several-commands": {
    title: "The start command does more than start the server",
    because:
      "Dropping the other commands changes what a start does; keeping them in a shell keeps the signal from the server.",
    instead:
      "Run them as a step of their own before the start (the image can do both), or set `command` under `decisions`.",
    blocking: true,
  },
  "start-script": {
    title: "The service is started through a script",
    because: "The script may do more than start the server, and leaving it out could leave a step out.",
    instead:
      "Look at what it does, run that as a step of its own where needed, and set `command` under `decisions` to the server's command.",
    blocking: true,
  },
  "ca-file": {
    title: "A certificate is not copied into the new image",
    because: "A certificate that a pipeline writes is in no clone, and one that is copied in ends with the image.",
    instead: "Mount it when the service is started, and set SSL_CERT_FILE to a bundle that holds it.",
    blocking: false,
  },
  setuptools: {
    title: "The code imports setuptools, which the new image would not have",
    because:
      "Today it comes with the base or with the installer; the new environment holds what the project names, and nothing else.",
    instead: "Add `setuptools<82` to the dependencies (82 has no pkg_resources), commit it and run again.",
    blocking: true,
  },
  "git-over-ssh": {
    title: "A dependency is fetched over ssh",
    because: "The rework's build is given no key and no ssh client: it would stop at this dependency.",
    instead:
      "Take its address by https, lock again, and where it needs a token, mount one as a build secret in today's install step: the rework mounts it as well.",
    blocking: true,
  },
  "beside-lock": {
    title: "A package is installed beside the lock",
    because: "The new image holds what the lock decides and nothing else: this package would be missing in it.",
    instead:
      "Add it to the project (`uv add`, `poetry add`, `pdm add`, `pipenv install`), commit the lock and run again.",
    blocking: true,
  },
  "no-health-route": {
    title: "The image gets no HEALTHCHECK",
    because: "The code has no route that says it is alive, and routes are never added to your code.",
    instead:
      "Add a route that answers 200 without asking another system, or set `health: /path` under `decisions` in seaworthy.yaml.",
    blocking: false,
  },
  "writes-beside-code": {
    title: "The code writes into the folder that it lies in",
    because:
      "That folder belongs to root, so that a fault in the service cannot change its code; and where the root filesystem is read-only, nobody can write there.",
    instead:
      "Let it write into a folder of its own, and name that folder as `writable` under `decisions` in seaworthy.yaml.",
    blocking: false,
  },
  "version-from-git": {
    title: "The package takes its version from git",
    because: "The build has no .git, so the build backend would fail.",
    instead: "Set a static version, or a fallback version for the build backend.",
    blocking: true,
  },
  "development-server": {
    title: "The service is started with a development server",
    because: "Another server is another dependency, and dependencies are never added to your project.",
    instead: "Add gunicorn or uvicorn to the dependencies and start the service with it.",
    blocking: false,
  },
  "uv-outside": {
    title: "Another file starts the image with uv, Poetry, PDM or Pipenv",
    because: "The new image has no installer, so this command would not be found.",
    instead: "Start it without `uv run` or `poetry run`: the virtual environment is on PATH.",
    blocking: false,
  },
  workspace: {
    title: "A package of another folder cannot be installed in the build",
    because: "Builds start from the tracked files of the service's own folder: nothing else is there.",
    instead:
      "Move the folder into the project and commit it, or publish it to an index that the build can reach; lock again, commit and run again.",
    blocking: true,
  },
  "workspace-member": {
    title: "Members of a uv workspace cannot be installed as today",
    because: "Which member the image has, by which lock, must be certain: another would be another service.",
    instead: "Install the member from the workspace's root with `uv sync --package NAME`, commit it and run again.",
    blocking: true,
  },
  "lost-target": {
    title: "Other files build a stage that the rework does not have",
    because: "The build that names it would fail: the target stage could not be found.",
    instead: "Write the rework beside it (`output: Dockerfile.prod`), or change those files first.",
    blocking: true,
  },
  "output-taken": {
    title: "The file that is to be written is there already, and is not ours",
    because: "It would be replaced without having been read: it may be the image that ships.",
    instead: "Name it as `dockerfile` in seaworthy.yaml when it is, or give `output` another name.",
    blocking: true,
  },
  "build-step": {
    title: "Today's build makes something that no file of the project holds",
    because: "The new image holds the locked packages and tracked files: what is made there would be missing in it.",
    instead:
      "Set `steps` under `decisions`: `[]` when the image does without, or what the builder shall run, with the folders that it fills.",
    blocking: true,
  },
  "ssh-mount-lost": {
    title: "A step of today's build uses the keys of an ssh agent, and the rework has no such step",
    because: "It installs nothing that the project names, and the rework's build is given no keys and no ssh client.",
    instead:
      "Where the image needs what that step fetches, make it a dependency with an address by https, or add the step with its `--mount=type=ssh` to the reworked Dockerfile after `apply` and build that with `docker build --ssh default`.",
    blocking: false,
  },
  "secret-mount-lost": {
    title: "A step of today's build mounts a secret, and the rework has no such step",
    because: "It installs nothing that the lock names, so the rework has no such step and mounts no such secret.",
    instead: "Where the image needs what that step fetches, add it to the reworked Dockerfile after `apply`.",
    blocking: false,
  },
} as const satisfies Readonly<Record<string, RefusalKind>>;

/** A refusal of this kind, as it is for one service; `said` replaces what can be said better here. */
export function refusal(
  id: keyof typeof refusalKinds,
  said: Pick<Refusal, "what"> & Partial<Pick<Refusal, "because" | "instead">>,
): Refusal {
  const { because, instead, blocking }: RefusalKind = refusalKinds[id];
  return { id, because, instead, ...said, ...(blocking ? { blocking } : {}) };
}
