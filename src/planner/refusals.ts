import { pythonAllowed } from "../decisions/base.ts";
import { argvToday } from "../decisions/command.ts";
import type { Facts } from "../decisions/decider.ts";
import { list } from "../decisions/shared/say.ts";
import { webStart } from "../decisions/shared/server.ts";
import { exactVersion } from "../decisions/shared/specifier.ts";
import { finalStage, instructionsToday, lineage } from "../decisions/shared/today.ts";
import type { ImageSpec, LockFile, Refusal, Service } from "../model/types.ts";
import { lostTargets } from "./lost-targets.ts";
import { managerRefusals } from "./manager-refusals.ts";
import { outputRefusals } from "./output-refusals.ts";
import { stepRefusals } from "./step-refusals.ts";

const stop = (refusal: Omit<Refusal, "blocking">): Refusal => ({ ...refusal, blocking: true });

/** Bases whose Python, CUDA or conda cannot be replaced without changing what the service computes. */
const SPECIAL_BASE =
  /(^|\/)(nvidia|pytorch|tensorflow|rocm|continuumio|condaforge|mambaorg|jupyter)\/|cuda|conda|playwright/;

/** Programs of an entry point that must start as root to do its work. */
const NEEDS_ROOT = /\b(gosu|su-exec|setpriv|usermod|groupmod|chown|s6-svscan)\b/;

function* lockRefusals({ service }: Facts): Generator<Refusal> {
  const { lock } = service;
  if (lock === undefined) return;
  const ignored = lock.gitIgnored;
  if (service.git.repository && (!lock.tracked || ignored !== undefined)) {
    const hidden = lock.dockerIgnored;
    const lines = [ignored, hidden].filter((line) => line !== undefined).map(({ file, line }) => `${file}:${line}`);
    yield stop({
      id: "lock-untracked",
      what: [
        `${lock.path} is not in git${ignored === undefined ? "" : ` (${ignored.file}:${ignored.line} ignores it)`}`,
        ...(hidden === undefined ? [] : [`${hidden.file}:${hidden.line} keeps it out of today's build`]),
      ].join(", and "),
      because: "Builds start from the tracked files; a lock that only lies in one working folder is in no other build.",
      instead: `${lines.length === 0 ? "" : `Take out ${list(lines)}, then `}\`git add ${lock.path}\` and commit it.`,
    });
  }
  if (!lock.inStep.value)
    yield stop({
      id: "lock-drift",
      what: `${lock.path} does not fit pyproject.toml${driftOf(lock)}`,
      because: "`uv sync --locked` will refuse to build; `--frozen` would leave a dependency out without a word.",
      instead: "Run `uv lock`, look at the difference and commit it.",
    });
}

function driftOf({ inStep }: LockFile): string {
  const [first] = inStep.evidence;
  return first === undefined ? "" : `: ${first.text.trim()} (${first.file}:${first.line})`;
}

function* baseRefusals(facts: Facts): Generator<Refusal> {
  const { dockerfile, service, profile, overrides } = facts;
  const requires = service.python.requires?.value ?? service.lock?.requiresPython;
  const offered = profile.pythons.some((python) => pythonAllowed(facts, python));
  if (!offered && exactVersion(requires ?? "") === undefined && overrides["base"] === undefined)
    yield stop({
      id: "python-not-offered",
      what: `The project requires Python \`${requires}\``,
      because: `${profile.title} is known here with ${list(profile.pythons)} only, and another Python may not run the service.`,
      instead: "Set `decisions: { base: { python: … } }` to a version that the project allows and the base has.",
    });
  const [first] = lineage(dockerfile);
  if (first !== undefined && SPECIAL_BASE.test(first.resolvedBase))
    yield stop({
      id: "special-base",
      what: `The service runs on \`${first.resolvedBase}\``,
      because:
        "Drivers, conda packages or browsers of that image are part of the service, and no plain Python image has them.",
      instead: "Keep the base. The findings still say what can be mended in the present Dockerfile.",
    });
  const entrypoint = [...instructionsToday(dockerfile, "ENTRYPOINT"), ...instructionsToday(dockerfile, "CMD")];
  const asRoot = entrypoint.find((instruction) => NEEDS_ROOT.test(instruction.args));
  if (asRoot !== undefined)
    yield stop({
      id: "root-entrypoint",
      what: `The entry point in line ${asRoot.line} must start as root`,
      because: "It changes users or owners before it starts the service, which a numeric USER forbids.",
      instead: "Give the volumes to one fixed number, start the service as that number, then run again.",
    });
}

/** `a && b` and `a & b`: more than one command behind one start. */
function* processRefusals(facts: Facts): Generator<Refusal> {
  const start = webStart(facts.service);
  if (start === undefined) {
    if (argvToday(facts.service) === undefined)
      yield stop({
        id: "no-start",
        what: `No file says how the service is started, and no ${facts.service.application === undefined ? "application object was found" : "locked server is known to serve its application object"}`,
        because: "A start command that is guessed starts something else.",
        instead:
          "Set `command` under `decisions` to the server's command, as a list; where Compose starts the service from another folder, name that file under `composeFiles`.",
      });
    return;
  }
  if (/\bsupervisord?\b|\bs6-|\bhoncho\b|\bforeman\b/.test(start.written))
    yield stop({
      id: "several-processes",
      what: `\`${start.written}\` starts several processes`,
      because: "One of them can die unseen, and the engine's signal reaches only the supervisor.",
      instead: "Run one container per process from the same image, each with its own command.",
    });
  else if (/&&|;|[^&>]&[^&>\d]/.test(start.written))
    yield stop({
      id: "several-commands",
      what: `\`${start.written}\` does more than start the server`,
      because:
        "Dropping the other commands changes what a start does; keeping them in a shell keeps the signal from the server.",
      instead:
        "Run them as a step of their own before the start (the image can do both), or set `command` under `decisions`.",
    });
}

/** A server for production that is already locked is one setting away; one that is not would be a new dependency. */
/** What `command` under `decisions` may name. */
const BY_NAME = new Set(["gunicorn", "uvicorn"]);

function betterServer(service: Service): Pick<Refusal, "because" | "instead"> {
  const there = ["gunicorn", "uvicorn", "hypercorn", "granian"].find((name) =>
    service.dependencies.runtimeClosure.includes(name),
  );
  return there === undefined
    ? {
        because: "Another server is another dependency, and dependencies are never added to your project.",
        instead: "Add gunicorn or uvicorn to the dependencies and start the service with it.",
      }
    : {
        because:
          "Another server may treat threads, time limits and start-up differently, so it is never changed unasked.",
        instead: `${there} is already among the dependencies: set \`command${BY_NAME.has(there) ? `: ${there}` : ""}\` under \`decisions\` to start the service with it.`,
      };
}

/** A start script may migrate, wait or write configuration; which of it must stay is not ours to guess. */
function* scriptRefusals({ service }: Facts): Generator<Refusal> {
  const script = webStart(service)?.wrappers.find((wrapper) => /\.(sh|bash)$|entrypoint$|^\S*\/\S+$/.test(wrapper));
  if (script !== undefined)
    yield stop({
      id: "start-script",
      what: `The service is started through \`${script}\``,
      because: "The script may do more than start the server, and leaving it out could leave a step out.",
      instead:
        "Look at what it does, run that as a step of its own where needed, and set `command` under `decisions` to the server's command.",
    });
}

/** A certificate of the place where the service runs is that place's to give: an image that holds one is for one place. */
function* certificateProposals({ dockerfile }: Facts): Generator<Refusal> {
  for (const copy of [...instructionsToday(dockerfile, "COPY"), ...instructionsToday(dockerfile, "ADD")]) {
    if (copy.flags.some(({ name }) => name === "from")) continue;
    const files = copy.words.slice(0, -1).filter((word) => /\.(?:crt|cer|pem)$/.test(word));
    if (files.length > 0)
      yield {
        id: "ca-file",
        what: `${list(files)} (${dockerfile?.path}:${copy.line}) is not copied into the new image`,
        because: "A certificate that a pipeline writes is in no clone, and one that is copied in ends with the image.",
        instead: "Mount it when the service is started, and set SSL_CERT_FILE to a bundle that holds it.",
      };
  }
}

/** Often it is the server or the driver of the database. */
function* besideLockRefusals({ findings }: Facts): Generator<Refusal> {
  for (const { message } of findings.filter(({ rule }) => rule === "install-beside-lock"))
    yield stop({
      id: "beside-lock",
      what: message.replace(/\.$/, ""),
      because: "The new image holds what the lock decides and nothing else: this package would be missing in it.",
      instead: "Add it to the project with `uv add`, commit uv.lock and run again.",
    });
}

/** Things that hold for the service but do not stop the rework. */
function* proposals(facts: Facts, settled: ImageSpec["compose"]): Generator<Refusal> {
  const { service, dockerfile } = facts;
  if (service.healthPaths.length === 0 && facts.overrides["health"] === undefined)
    yield {
      id: "no-health-route",
      what: "The image gets no HEALTHCHECK",
      because: "The code has no route that says it is alive, and routes are never added to your code.",
      instead:
        "Add a route that answers 200 without asking another system, or set `health: /path` under `decisions` in seaworthy.yaml.",
    };
  if (service.packaging.versionFromGit.value)
    yield stop({
      id: "version-from-git",
      what: "The package takes its version from git",
      because: "The build has no .git, so the build backend would fail.",
      instead: "Set a static version, or a fallback version for the build backend.",
    });
  const server = webStart(service)?.server;
  if (facts.overrides["command"] === undefined && (server === "flask-dev" || server === "django-dev"))
    yield {
      id: "development-server",
      what: "The service is started with a development server",
      ...betterServer(service),
    };
  const uvOutside = service.starts.filter(
    ({ source, wrappers, compose }) =>
      source !== "dockerfile" &&
      wrappers.some((one) => one.startsWith("uv")) &&
      settled?.commands[compose?.name ?? ""] === undefined,
  );
  for (const start of uvOutside)
    if (start.source === "compose" || start.source === "kubernetes" || start.source === "ecs" || start.source === "cdk")
      yield {
        id: "uv-outside",
        what: `${start.evidence.file}:${start.evidence.line} starts the image with \`${start.written}\``,
        because: "The new image has no uv, so this command would not be found.",
        instead: `Start it with \`${start.argv.join(" ")}\`: the virtual environment is on PATH.`,
      };
  if (finalStage(dockerfile) !== undefined && service.dependencies.workspace)
    yield stop({
      id: "workspace",
      what: "The project is part of a workspace or has path dependencies",
      because: "Their folders may lie outside the build context, and this version copies one project.",
      instead: "Run this on a service without path dependencies; workspaces are not supported yet.",
    });
}

/** Why this service, or one thing about it, is left as it is. */
export function refusalsOf(
  facts: Facts,
  image?: Pick<ImageSpec, "compose" | "dockerfile" | "tests">,
): readonly Refusal[] {
  const commandChosen = facts.overrides["command"] !== undefined;
  return [
    ...managerRefusals(facts),
    ...lockRefusals(facts),
    ...besideLockRefusals(facts),
    ...stepRefusals(facts),
    ...baseRefusals(facts),
    ...(commandChosen ? [] : [...processRefusals(facts), ...scriptRefusals(facts)]),
    ...certificateProposals(facts),
    ...(image === undefined ? [] : [...lostTargets(facts, image), ...outputRefusals(facts, image)]),
    ...proposals(facts, image?.compose),
  ];
}
