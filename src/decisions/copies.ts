import { isIn } from "../kit/paths.ts";
import type { Evidence, Framework, ImageSpec, Service } from "../model/types.ts";
import { baseName } from "../project/unwrap.ts";
import type { Choice, Decider, Draft, Facts } from "./decider.ts";
import { executablesOf } from "./shared/executables.ts";
import { movedUp, placedToday } from "./shared/placed.ts";
import { buildStepsToday } from "./shared/build-steps.ts";
import { scriptsOf } from "../project/start-script.ts";
import { type Carried, carriedStart, isObstacle } from "./shared/carried-start.ts";
import { memberNeeds } from "./shared/member-needs.ts";
import { childrenOf, has, hasFolder, type Need, NOT_RUN, tracked } from "./shared/needs.ts";
import { override } from "./shared/override.ts";
import { list, places } from "./shared/say.ts";
import { envToday } from "./shared/today.ts";
import { toolNeeds } from "./shared/tool-needs.ts";
import { membersInPlace } from "./shared/workspace.ts";

type Copy = ImageSpec["copies"][number];

/** Names of a module that a project has at its root for its tools, not for its service. */
const TOOL_MODULE = /^(setup|conftest|noxfile|fabfile|tasks|tests?|test_\w+|\w+_test)\.py$/;

function* codeNeeds(service: Service): Generator<Need> {
  // Members of a workspace are installed, or lie where they are looked for.
  if (service.dependencies.members === undefined)
    for (const folder of service.packaging.importPackages)
      yield { path: folder, why: "the code of the service", evidence: [] };
  const module = service.application?.value.module.split(".")[0];
  if (module !== undefined && hasFolder(service, module))
    yield { path: module, why: "the application object is in it", evidence: places(service.application?.evidence) };
  // Modules beside pyproject.toml import each other by name: they come together.
  if (module !== undefined && has(service, `${module}.py`))
    yield* modulesIn(service, "", service.application?.evidence);
  yield* workerNeeds(service);
  // So do those beside a script: Python looks for modules in its folder.
  for (const { role, argv, evidence } of service.starts) {
    const script =
      role === "test"
        ? undefined
        : argv.map((word) => word.replace(/^\.\//, "")).find((word) => word.endsWith(".py") && has(service, word));
    if (script !== undefined && baseName(script) !== "manage.py")
      yield* modulesIn(service, script.slice(0, script.lastIndexOf("/") + 1), [evidence]);
  }
}

/** Modules that the command of a worker names: `celery -A jobs.queue worker`, `dramatiq jobs`, `arq worker.Settings`. */
function* workerNeeds(service: Service): Generator<Need> {
  for (const { role, argv, evidence } of service.starts) {
    if (role !== "worker" && role !== "beat") continue;
    for (const word of argv.slice(1)) {
      const [module = ""] = /^(?:--?\w+=)?([A-Za-z_]\w*)/.exec(word)?.slice(1) ?? [];
      const why = "the command of a worker names it";
      if (module !== "" && hasFolder(service, module)) yield { path: module, why, evidence: places(evidence) };
      if (module === "" || !has(service, `${module}.py`)) continue;
      yield { path: `${module}.py`, why, evidence: places(evidence) };
      yield* modulesIn(service, "", [evidence]);
    }
  }
}

function* modulesIn(service: Service, folder: string, evidence: readonly Evidence[] = []): Generator<Need> {
  for (const file of service.files) {
    const name = file.startsWith(folder) ? file.slice(folder.length) : "";
    if (/^\w+\.py$/.test(name) && !TOOL_MODULE.test(name))
      yield { path: file, why: "a module of the service", evidence: places(...evidence) };
  }
}

function* runtimeNeeds(service: Service): Generator<Need> {
  for (const read of service.reads)
    yield {
      path: read.path.replace(/^\.\//, "").replace(/\/$/, ""),
      why: "the code opens it",
      evidence: places(read.evidence),
    };
  for (const start of service.starts) {
    if (start.role === "test") continue;
    for (const word of start.argv)
      yield {
        path: word.replace(/^\.\//, ""),
        why: "a start command names it",
        evidence: places(start.evidence),
      };
  }
}

/** The script that the service is started through, where today's image has it, and what it names. */
function* scriptNeeds(facts: Facts): Generator<Need> {
  const carried = carriedStart(facts);
  if (carried === undefined || isObstacle(carried)) return;
  for (let one: Carried | undefined = carried; one?.kind === "file"; one = one.next)
    yield {
      path: one.file.path,
      to: one.file.to,
      why: "the service is started through it",
      evidence: [`${one.file.path}:1`],
    };
  for (const { calls, file } of scriptsOf(facts.startScript))
    for (const { words, line } of calls)
      for (const word of words)
        yield {
          path: word.replace(/^\.\//, ""),
          why: "the start script names it",
          evidence: carried.kind === "file" && file !== undefined ? [`${file.path}:${line}`] : [],
        };
}

/** Files that a variable names: by its value in today's image, or by what the code takes without it. */
function* settingNeeds({ service, dockerfile }: Facts, workdir: string): Generator<Need> {
  for (const [name, { value, place }] of envToday(dockerfile))
    if (value.startsWith(`${workdir}/`))
      yield { path: value.slice(workdir.length + 1), why: `${name} names it`, evidence: [place] };
  for (const { name, default: value, evidence } of service.env)
    if (value !== undefined && has(service, value.replace(/^\.\//, "")))
      yield {
        path: value.replace(/^\.\//, ""),
        why: `it is read unless ${name} is set`,
        evidence: places(...evidence),
      };
}

/** Scripts that a step of the build runs: today's, or those that the configuration names. */
function* stepNeeds(facts: Facts): Generator<Need> {
  const given = override(facts, Array.isArray(facts.overrides["steps"]) ? "steps" : "steps.run", "list");
  const today = buildStepsToday(facts.dockerfile, facts.service).filter(({ makes }) => makes !== undefined);
  const run = given?.map((text) => ({ text, place: undefined })) ?? today;
  for (const { text, place } of run)
    for (const word of text.split(/\s+/))
      yield {
        path: word.replace(/^\.\//, ""),
        why: "a step of the build runs it",
        evidence: place === undefined ? [] : [place],
      };
}

/** Folders of the system: a file there configures the old image's own parts. */
const SYSTEM = /^\/(?:bin|boot|dev|etc|lib\w*|proc|root|run|sbin|sys|tmp|usr|var)(?:\/|$)/;

/** Lists of packages, whatever their names, are read by the step that installs them. */
const isNotRun = (path: string, { pip }: Service): boolean =>
  NOT_RUN.test(baseName(path)) || pip?.reads.includes(path) === true;

/** What today's Dockerfile copies by name: somebody wanted that file or folder in the image. */
function* namedNeeds({ dockerfile, service }: Facts, workdir: string): Generator<Need> {
  const placed = placedToday(dockerfile, service, workdir);
  const root = movedUp(placed, workdir, service);
  if (root !== undefined) {
    for (const name of childrenOf(service, root.from))
      if (!NOT_RUN.test(name))
        yield {
          path: `${root.from}/${name}`,
          to: `${workdir}/${name}`,
          why: "today's image has it in the working directory",
          evidence: [root.place],
        };
  }
  for (const { from, to, place } of placed) {
    const inside = to.startsWith(`${workdir}/`);
    if (from === "" || from === root?.from || isNotRun(from, service) || (!inside && SYSTEM.test(to))) continue;
    if (!inside && `${workdir}/`.startsWith(`${to.replace(/\/$/, "")}/`)) continue;
    yield { path: from, to, why: "today's Dockerfile copies it by name", evidence: [place] };
  }
}

/** What the rule about tests in the image may take for one. */
const TESTS = /(?:^|\/)(?:tests?\/.*|conftest|test_[^/]*|[^/]*_test)\.py$/;

/** Folders that frameworks look into without a line of code saying so. */
const LOOKED_INTO: Readonly<Partial<Record<Framework, readonly string[]>>> = {
  django: ["templates", "static", "locale"],
  flask: ["templates", "static", "translations"],
  quart: ["templates", "static"],
  streamlit: ["pages", ".streamlit/config.toml", "static"],
};

function* conventionalNeeds({ framework }: Service): Generator<Need> {
  for (const path of LOOKED_INTO[framework.value] ?? [])
    yield { path, why: `${framework.value} looks there`, evidence: places(framework.evidence) };
}

/**
 * Only what is tracked, inside the folder, and not already inside something that is copied. The folder whose content
 * lies in the working directory is copied by its content alone.
 */
function settle(
  service: Service,
  needs: Iterable<Need>,
  { installed, root }: { readonly installed: readonly string[]; readonly root: string | undefined },
): readonly Need[] {
  const byPath = new Map<string, Need>();
  for (const need of needs)
    if (need.path !== root)
      if (!byPath.has(need.path) && /^(?:[\w@]|\.streamlit\/)[\w@./-]*$/.test(need.path) && tracked(service, need.path))
        byPath.set(need.path, need);
  const isInstalled = (path: string) => installed.some((one) => isIn(one, path));
  const copied = [...byPath.keys()].filter((path) => !isInstalled(path));
  const outer = (path: string) =>
    [...copied, ...installed].some((other) => other !== path && path.startsWith(`${other}/`));
  return [...byPath.values()].filter((need) => !outer(need.path) && !isInstalled(need.path));
}

const whyThese = (needs: readonly Need[], tests: readonly string[]): string =>
  [
    needs.length === 0
      ? "The code is installed in the environment, and no line of it opens a file of the project."
      : `Each one is there because a line of the project asks for it: ${needs.map((need) => `${need.path} (${need.why})`).join("; ")}.`,
    ...(tests.length === 0
      ? []
      : [`Tests lie among the code (${tests[0]}) and come along: whether the code imports them, no file says.`]),
  ].join(" ");

/** The files of the image, each with the line that asks for it; nothing comes along because it happens to be there. */
export const copies: Decider = {
  id: "copies",
  title: "Files of the service",
  after: ["workdir", "sync"],
  resolves: [
    "copy-changes-folder-rights",
    "copy-destination-not-folder",
    "copy-of-ignored-or-missing-file",
    "tests-in-final",
    "whole-filesystem-copied",
  ],
  decide(facts: Facts, draft: Draft): Choice {
    const { service } = facts;
    const workdir = draft.workdir ?? "/app";
    const asked = (override(facts, "copies", "list") ?? []).map((path): Need => ({
      path,
      why: "the configuration asks for it",
      evidence: [],
    }));
    // They are installed from there, and the environment has them.
    const local = new Set((draft.sync?.local ?? []).map(({ path }) => path));
    const root = draft.sync?.workspace?.root ?? workdir;
    const inPlace = membersInPlace(facts, draft.sync);
    const installed =
      draft.sync?.project === "no-editable"
        ? service.packaging.importPackages.filter((one) => !inPlace.some(({ path }) => isIn(one, path)))
        : [];
    const needs = settle(
      service,
      [
        ...namedNeeds(facts, workdir),
        ...toolNeeds(service),
        ...scriptNeeds(facts),
        ...runtimeNeeds(service),
        ...settingNeeds(facts, workdir),
        ...stepNeeds(facts),
        ...conventionalNeeds(service),
        ...codeNeeds(service),
        ...memberNeeds(facts, draft.sync, workdir),
        ...asked,
      ].filter(({ path }) => !local.has(path)),
      { installed, root: movedUp(placedToday(facts.dockerfile, service, workdir), workdir, service)?.from },
    );
    const value = needs.map(({ path, to, why }): Copy => ({ from: path, to: to ?? `${root}/${path}`, why }));
    const names = needs.map((need) => `\`${need.path}\``);
    const executables = executablesOf(facts, value);
    const tests = service.files.filter((file) => TESTS.test(file) && needs.some(({ path }) => isIn(file, path)));
    return {
      value: { copies: value, ...(executables.length === 0 ? {} : { executables }) },
      choice: names.length === 0 ? "nothing beside the environment" : `copy ${list(names)}`,
      because: whyThese(needs, tests),
      ...(tests.length === 0 ? {} : { leaves: ["tests-in-final"] }),
      evidence: [...new Set(needs.flatMap((need) => need.evidence))],
      rejected: [
        {
          option: "`COPY . .`",
          because: "tests, notes and whatever lies in the folder would come along, and any edit would miss the cache",
        },
      ],
    };
  },
};
