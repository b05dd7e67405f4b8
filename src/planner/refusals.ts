import { argvToday } from "../decisions/command.ts";
import type { Facts } from "../decisions/decider.ts";
import { starterOf } from "../decisions/shared/compose.ts";
import { carriedStart, isObstacle } from "../decisions/shared/carried-start.ts";
import { isLeftInPlace } from "../decisions/shared/project-install.ts";
import { list } from "../decisions/shared/say.ts";
import { lostSecrets, sshSteps } from "../decisions/shared/kept-secrets.ts";
import { kindOf, servesNobody } from "../decisions/shared/kind.ts";
import { mainStart } from "../decisions/shared/server.ts";
import { finalStage, instructionsToday } from "../decisions/shared/today.ts";
import type { ImageSpec, LockFile, Refusal, Service } from "../model/types.ts";
import { managerOfLock } from "../project/lock-names.ts";
import { isKnownServer } from "../project/unwrap.ts";
import { baseRefusals, isLambda, isSupervised } from "./base-refusals.ts";
import { localRefusals } from "./local-refusals.ts";
import { lostTargets } from "./lost-targets.ts";
import { managerRefusals } from "./manager-refusals.ts";
import { outputRefusals } from "./output-refusals.ts";
import { pythonRefusals } from "./python-refusals.ts";
import { refusal } from "./refusal-kinds.ts";
import { setuptoolsRefusals } from "./setuptools-refusals.ts";
import { stepRefusals } from "./step-refusals.ts";
import { writeRefusals } from "./write-refusals.ts";

function* lockRefusals({ service }: Facts): Generator<Refusal> {
  const { lock } = service;
  if (lock === undefined) return;
  const ignored = lock.gitIgnored;
  if (service.git.repository && (!lock.tracked || ignored !== undefined)) {
    const hidden = lock.dockerIgnored;
    const lines = [ignored, hidden].filter((line) => line !== undefined).map(({ file, line }) => `${file}:${line}`);
    yield refusal("lock-untracked", {
      what: [
        `${lock.path} is not in git${ignored === undefined ? "" : ` (${ignored.file}:${ignored.line} ignores it)`}`,
        ...(hidden === undefined ? [] : [`${hidden.file}:${hidden.line} keeps it out of today's build`]),
      ].join(", and "),
      instead: `${lines.length === 0 ? "" : `Take out ${list(lines)}, then `}\`git add ${lock.path}\` and commit it.`,
    });
  }
  if (!lock.inStep.value && service.pip === undefined)
    yield refusal("lock-drift", {
      what: `${lock.path} does not fit ${managerOfLock(lock.path) === "pipenv" ? "the Pipfile" : "pyproject.toml"}${driftOf(lock)}`,
    });
}

function driftOf({ inStep }: LockFile): string {
  const [first] = inStep.evidence;
  return first === undefined ? "" : `: ${first.text.trim()} (${first.file}:${first.line})`;
}

/** `a && b` and `a & b`: more than one command behind one start. */
function* processRefusals(facts: Facts): Generator<Refusal> {
  const start = mainStart(facts.service);
  if (start === undefined) {
    // What Lambda calls is started by its base.
    if (argvToday(facts.service) === undefined && !isLambda(facts)) yield noStart(facts.service);
    return;
  }
  if (isSupervised(start.written))
    yield refusal("several-processes", { what: `\`${start.written}\` starts several processes` });
}

/** What the Dockerfile starts may be a program that is not known for serving: then that is what is missing. */
function noStart({ starts, application }: Service): Refusal {
  const own = starts.find(({ source, role }) => source === "dockerfile" && role === "other");
  const found = `no ${application === undefined ? "application object was found" : "locked server is known to serve its application object"}`;
  if (own === undefined) return refusal("no-start", { what: `No file says how the service is started, and ${found}` });
  return refusal("no-start", {
    what: `\`${own.argv.join(" ")}\` (${own.evidence.file}:${own.evidence.line}) is no server that is known, and ${found}`,
    because: "How it listens and stops is not known, and neither is what to ask it.",
    instead:
      "Set `command` under `decisions` to this command, or to the server's, as a list; and `kind: worker` in seaworthy.yaml where it serves nobody.",
  });
}

/** What `command` under `decisions` may name. */
const BY_NAME = new Set(["gunicorn", "uvicorn"]);

/** A server for production that is already locked is one setting away; one that is not would be a new dependency. */
function betterServer(service: Service): Partial<Pick<Refusal, "because" | "instead">> {
  const there = ["gunicorn", "uvicorn", "hypercorn", "granian"].find((name) =>
    service.dependencies.runtimeClosure.includes(name),
  );
  return there === undefined
    ? {}
    : {
        because:
          "Another server may treat threads, time limits and start-up differently, so it is never changed unasked.",
        instead: `${there} is already among the dependencies: set \`command${BY_NAME.has(there) ? `: ${there}` : ""}\` under \`decisions\` to start the service with it.`,
      };
}

/** A program of the service's own in which nothing was seen that serves: no framework, no route, no port in any file, and
 * no path that its team names. */
function* portRefusals(facts: Facts): Generator<Refusal> {
  const { service, dockerfile, overrides } = facts;
  const kind = kindOf(facts);
  if (kind === "task") yield refusal("task", { what: "seaworthy.yaml says that the image is a task" });
  if (servesNobody(kind)) return;
  const start = mainStart(service);
  const serves =
    service.port !== undefined ||
    service.application !== undefined ||
    service.framework.value !== "unknown" ||
    service.routes.length > 0 ||
    overrides["ports"] !== undefined ||
    overrides["health"] !== undefined ||
    instructionsToday(dockerfile, "EXPOSE").length > 0;
  if (start === undefined || serves || isKnownServer(start.server)) return;
  yield refusal("no-port", { what: `\`${start.argv.join(" ")}\` listens on no port that a file names` });
}

/** What a shell does before the server comes along; where it cannot, what of it must stay is not ours to guess. */
function* scriptRefusals(facts: Facts): Generator<Refusal> {
  const carried = carriedStart(facts);
  if (isObstacle(carried)) yield refusal("start-script", carried);
  const start = mainStart(facts.service);
  if (carried !== undefined) {
    // The script that it is given comes along with it.
    const { isEntrypoint, next } = facts.startScript ?? {};
    if (isEntrypoint === true && next === undefined) yield* droppedSteps(start);
    return;
  }
  const named = start?.wrappers.find((wrapper) => /^(?:pdm|pipenv) run \S/.test(wrapper));
  if (named !== undefined)
    yield refusal("start-script", {
      what: `The service is started through \`${named}\`, a script of the project that is no single command`,
    });
  const script = start?.wrappers.find((wrapper) => /\.(sh|bash)$|entrypoint$|^\S*\/\S+$/.test(wrapper));
  if (script !== undefined)
    yield refusal("start-script", { what: `The service is started through \`${script}\`, which no tracked file is` });
  else if (start !== undefined && /&&|;|[^&>]&[^&>\d]/.test(start.written))
    yield refusal("several-commands", { what: `\`${start.written}\` does more than start the server` });
}

/** The image's own script comes along; what another file's command does between it and the server would not. */
function* droppedSteps(start: ReturnType<typeof mainStart>): Generator<Refusal> {
  if (start === undefined || start.source === "dockerfile" || start.compose?.entrypoint === true) return;
  const steps = start.wrappers.flatMap((wrapper) => /^(.+?)\s*(?:;|&&)$/s.exec(wrapper)?.[1] ?? []);
  if (steps.length > 0)
    yield refusal("several-commands", {
      what: `${start.evidence.file}:${start.evidence.line} starts the service by \`${start.written}\`, which runs ${list(steps.map((step) => `\`${step}\``))} before the server`,
      instead:
        "Run that as a step of its own (the image can do both) and set `command` under `decisions` to the server's command with the script before it: a list, `[bash, /entrypoint.sh, uvicorn, …]`.",
    });
}

/** A certificate of the place where the service runs is that place's to give: an image that holds one is for one place. */
function* certificateProposals({ dockerfile }: Facts): Generator<Refusal> {
  for (const copy of [...instructionsToday(dockerfile, "COPY"), ...instructionsToday(dockerfile, "ADD")]) {
    if (copy.flags.some(({ name }) => name === "from")) continue;
    const files = copy.words.slice(0, -1).filter((word) => /\.(?:crt|cer|pem)$/.test(word));
    if (files.length > 0)
      yield refusal("ca-file", {
        what: `${list(files)} (${dockerfile?.path}:${copy.line}) is not copied into the new image`,
      });
  }
}

/** A step that the rework does not have may have fetched something with its secret: never lost without a word. */
function* secretProposals({ dockerfile }: Facts): Generator<Refusal> {
  for (const { id, instruction } of lostSecrets(dockerfile))
    yield refusal("secret-mount-lost", {
      what: `The step in line ${instruction.line} of ${dockerfile?.path} mounts the build secret \`${id}\``,
    });
}

/** Only the lock's own way to a package counts: what production does not need is not fetched. */
function* sshRefusals({ service, dockerfile }: Facts): Generator<Refusal> {
  const over = (service.lock?.packages ?? []).filter((one) => one.overSsh === true && one.use === "production");
  if (service.pip === undefined && over.length > 0)
    yield refusal("git-over-ssh", {
      what: `${list(over.map(({ name }) => name))} ${over.length === 1 ? "is" : "are"} fetched over ssh`,
    });
  for (const { instruction, installs } of sshSteps(dockerfile)) {
    const step = `The step in line ${instruction.line} of ${dockerfile?.path}`;
    // What a lock fetches over ssh is known without it; of what pip installs only the mount tells.
    if (!installs) yield refusal("ssh-mount-lost", { what: `${step} mounts the keys of an ssh agent` });
    else if (service.pip !== undefined)
      yield refusal("git-over-ssh", { what: `${step} installs with the keys of an ssh agent` });
  }
}

/** How each manager takes a package in. */
const ADDS: Readonly<Partial<Record<Service["manager"]["value"], string>>> = {
  uv: "uv add",
  poetry: "poetry add",
  pdm: "pdm add",
  pipenv: "pipenv install",
};

/** Often it is the server or the driver of the database. */
function* besideLockRefusals({ findings, service }: Facts): Generator<Refusal> {
  const adds = ADDS[service.manager.value];
  for (const { message } of findings.filter(({ rule }) => rule === "install-beside-lock")) {
    const names = / installs (.+), which \S+ does not decide/.exec(message)?.[1]?.replaceAll(",", "");
    yield refusal("beside-lock", {
      what: message.replace(/\.$/, ""),
      ...(adds === undefined || names === undefined
        ? {}
        : { instead: `Run \`${adds} ${names}\`, look at the versions, commit the lock and run again.` }),
    });
  }
}

const speaksGrpc = ({ framework, dependencies }: Facts["service"]): boolean =>
  framework.value === "unknown" &&
  dependencies.runtimeClosure.some((name) => /^(?:grpcio|grpclib|purerpc)$/.test(name));

/** gRPC has no routes: it has a service of its own for this. */
const OF_GRPC = {
  because: "The service speaks gRPC, of which Python itself brings no client; and nothing is added to your code.",
  instead:
    "Serve `grpc.health.v1.Health` (grpcio-health-checking), let Kubernetes ask it with a `grpc` probe, and elsewhere write a HEALTHCHECK that asks it with the service's own grpcio.",
};

function* healthProposals(facts: Facts): Generator<Refusal> {
  const isAlive = facts.service.healthPaths.length > 0 || facts.overrides["health"] !== undefined;
  if (kindOf(facts) === "server" && !isAlive)
    yield refusal("no-health-route", {
      what: "The image gets no HEALTHCHECK",
      ...(speaksGrpc(facts.service) ? OF_GRPC : {}),
    });
}

/** Things that hold for the service but do not stop the rework. */
function* proposals(facts: Facts, settled: ImageSpec["compose"]): Generator<Refusal> {
  const { service, dockerfile } = facts;
  yield* healthProposals(facts);
  if (service.packaging.versionFromGit.value && !isLeftInPlace(facts))
    yield refusal("version-from-git", { what: "The package takes its version from git" });
  const server = mainStart(service)?.server;
  if (facts.overrides["command"] === undefined && (server === "flask-dev" || server === "django-dev"))
    yield refusal("development-server", {
      what: "The service is started with a development server",
      ...betterServer(service),
    });
  const uvOutside = service.starts.filter(
    (start) =>
      start.source !== "dockerfile" &&
      starterOf(start) !== undefined &&
      settled?.commands[start.compose?.name ?? ""] === undefined,
  );
  for (const start of uvOutside)
    if (start.source === "compose" || start.source === "kubernetes" || start.source === "ecs" || start.source === "cdk")
      yield refusal("uv-outside", {
        what: `${start.evidence.file}:${start.evidence.line} starts the image with \`${start.written}\``,
        instead: `Start it with \`${start.argv.join(" ")}\`: the virtual environment is on PATH.`,
      });
  if (finalStage(dockerfile) !== undefined) yield* localRefusals(service);
}

/** Why this service, or one thing about it, is left as it is. */
export function refusalsOf(
  facts: Facts,
  image?: Pick<ImageSpec, "compose" | "dockerfile" | "tests" | "workdir" | "writable" | "volumes">,
): readonly Refusal[] {
  const commandChosen = facts.overrides["command"] !== undefined;
  return [
    ...managerRefusals(facts),
    ...lockRefusals(facts),
    ...sshRefusals(facts),
    ...besideLockRefusals(facts),
    ...stepRefusals(facts),
    ...pythonRefusals(facts),
    ...setuptoolsRefusals(facts),
    ...baseRefusals(facts),
    ...(commandChosen ? [] : [...processRefusals(facts), ...scriptRefusals(facts)]),
    ...portRefusals(facts),
    ...certificateProposals(facts),
    ...secretProposals(facts),
    ...(image === undefined
      ? []
      : [...lostTargets(facts, image), ...outputRefusals(facts, image), ...writeRefusals(facts, image)]),
    ...proposals(facts, image?.compose),
  ];
}
