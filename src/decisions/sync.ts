import { isIn } from "../kit/paths.ts";
import type { LockTool, PipInstall, SyncSpec, WorkspaceSpec } from "../model/types.ts";
import { isForDevelopment } from "../project/development.ts";
import type { Choice, Decider, Draft, Facts } from "./decider.ts";
import { configured, override } from "./shared/override.ts";
import { keptSecrets } from "./shared/kept-secrets.ts";
import { lockTool, type Picked, TOOL_TITLES, toolManifests } from "./shared/lock-tool.ts";
import { importsResources, WITH_RESOURCES } from "./shared/pkg-resources.ts";
import { projectInstall } from "./shared/project-install.ts";
import { localPackages, memberManifests } from "./shared/local-packages.ts";
import { list, placesOf } from "./shared/say.ts";
import { workspaceSpec } from "./shared/workspace.ts";

const kept = (names: readonly string[]): readonly string[] =>
  names.filter((name) => /^[\w.-]+$/.test(name) && !isForDevelopment(name)).toSorted();

/** Folders and files the build backend needs; only tracked ones. Of a workspace's members that is all of their folders. */
function sourcesOf(facts: Facts, workspace: WorkspaceSpec | undefined): readonly string[] {
  const { packaging, files } = facts.service;
  const exists = (path: string) => files.some((file) => isIn(file, path));
  const folders = workspace?.packages.map(({ path }) => path);
  const metadata = packaging.metadataFiles.filter((file) => folders?.some((one) => isIn(file, one)) !== true);
  const needed = [...new Set([...metadata, ...(folders ?? packaging.importPackages)])].filter(exists);
  return needed.filter((path) => !needed.some((other) => other !== path && isIn(path, other)));
}

/** Nothing can be added to lists of hashes: there it is the team's to add. */
const isAdded = (facts: Facts): boolean => importsResources(facts) !== undefined && facts.service.pip?.hashed === false;

function withResources(facts: Facts, pip: PipInstall): PipInstall {
  if (!isAdded(facts)) return pip;
  const [first, ...others] = pip.calls;
  return first === undefined
    ? pip
    : { ...pip, calls: [{ ...first, packages: [...first.packages, WITH_RESOURCES] }, ...others] };
}

/** From which files, and of what they offer, how much. */
function installed(
  facts: Facts,
  picked: Picked | undefined,
): Pick<SyncSpec, "manifests" | "pip" | "tool" | "groups" | "extras"> {
  const { pip, lock, dependencies } = facts.service;
  const extras = override(facts, "sync.extras", "list") ?? kept(dependencies.installedExtras);
  if (pip !== undefined) return { manifests: pip.reads, pip: withResources(facts, pip), groups: [], extras };
  const groups = override(facts, "sync.groups", "list") ?? kept(dependencies.installedGroups);
  if (picked !== undefined)
    return { manifests: toolManifests(picked.tool.name, facts.service.files), tool: picked.tool, groups, extras };
  const members = memberManifests(facts.service);
  return { manifests: ["pyproject.toml", lock?.path ?? "uv.lock", ...members], groups, extras };
}

/** How each tool is told to install what the lock says, and to stop where it does not fit. */
const FROM_LOCK: Readonly<Record<LockTool["name"], { readonly command: string; readonly fits: string }>> = {
  poetry: {
    command: "poetry install --only main --no-root",
    fits: "Poetry installs what poetry.lock names, each file by its hash, and stops where the lock does not fit pyproject.toml.",
  },
  pdm: {
    command: "pdm install --check --prod --no-self",
    fits: "PDM installs what pdm.lock names, each file by its hash; `--check` stops the build where the lock does not fit pyproject.toml.",
  },
  pipenv: {
    command: "pipenv install --deploy",
    fits: "Pipenv installs what Pipfile.lock names, each file by its hash; `--deploy` stops the build where the lock does not fit the Pipfile.",
  },
};

/** How uv is told which members of a workspace it installs. */
const toldOf = ({ asked }: WorkspaceSpec): string =>
  asked.length === 0 ? " --all-packages" : asked.map((name) => ` --package ${name}`).join("");

/** What of a workspace is installed in place of its root, and how. */
const ofMembers = ({ packages, asked }: WorkspaceSpec): string =>
  `As today, ${asked.length === 0 ? "all members of the workspace are" : `of the workspace ${list(asked)} ${asked.length === 1 ? "is" : "are"}`} installed, with what ${asked.length === 1 ? "it needs" : "they need"}.${packages.length === 0 ? "" : ` ${list(packages.map(({ name, path }) => `${name} (${path})`))} ${packages.length === 1 ? "is" : "are"} built from source after the dependencies, so an edit there installs none of them again; uv compares the pyproject.toml of every member with the lock, so all of them are mounted.`}`;

type Said = Pick<Choice, "choice" | "rejected"> & { readonly because: readonly string[] };

/** What the install step sees of the project. */
const seen = (files: string, { local = [] }: SyncSpec): string =>
  `Only ${files}${local.length === 0 ? "" : ` and ${list(local.map(({ path }) => path))}`} are mounted, so an edit of ${local.length === 0 ? "the source" : "the service's own source"} leaves this layer cached.`;

function byUv(value: SyncSpec): Said {
  const { groups, extras, manifests, workspace } = value;
  const added = [...groups.map((name) => `group ${name}`), ...extras.map((name) => `extra ${name}`)];
  return {
    choice: `\`uv sync --locked --no-default-groups${workspace === undefined ? "" : toldOf(workspace)}\`${added.length > 0 ? ` with ${list(added)}` : ""}`,
    because: [
      "The lock decides every version, and a lock that is out of step with pyproject.toml stops the build.",
      seen(manifests.length > 2 ? "the manifests" : "the two manifests", value),
    ],
    rejected: [
      { option: "`--frozen`", because: "it installs a lock that no longer fits pyproject.toml without a word" },
      { option: "`--no-dev` alone", because: "other default groups would still be installed" },
    ],
  };
}

/** By the tool that the team locks with: another would have to translate the lock, and could choose other versions. */
function byTool(value: SyncSpec, { tool, because }: Picked): Said {
  const { groups, extras } = value;
  const { command, fits } = FROM_LOCK[tool.name];
  const title = TOOL_TITLES[tool.name];
  const added = [...groups.map((name) => `group ${name}`), ...extras.map((name) => `extra ${name}`)];
  return {
    choice: `\`${command}\`${added.length > 0 ? ` with ${list(added)}` : ""} of ${title} ${tool.version}`,
    because: [
      fits,
      because,
      `${title} has an environment of its own in the builder, so neither it nor what it needs is in the image${tool.until === undefined ? "" : `; what it needs is that of ${tool.until}, so it installs tomorrow as it does today`}.`,
      seen(
        value.local === undefined ? "the lock and what it is written from" : "the lock, what it is written from",
        value,
      ),
    ],
    rejected: [
      { option: "a uv.lock that is made on the way", because: "translating a lock may change versions unseen" },
      {
        option: `${title} in the service's own environment`,
        because: "its own dependencies would mix with the service's, and ship with them",
      },
      { option: `the newest ${title}`, because: "a new release may read the lock in another way" },
    ],
  };
}

/** What the project's own lists say, and no more than that. */
function byPip({ calls, hashed, loose }: PipInstall, value: SyncSpec): Said {
  const lists = [...new Set(calls.flatMap(({ files }) => files))];
  const named = list(lists.length === 0 ? calls.flatMap(({ packages }) => packages) : lists);
  return {
    choice: `\`uv pip install\` of ${named}`,
    because: [
      hashed
        ? `${named} ${lists.length === 1 ? "decides" : "decide"} every version, and a file with another hash stops the build.`
        : `uv installs what pip installs today, from ${named}${loose.length === 0 ? "" : `, of which ${loose.length} ${loose.length === 1 ? "line names" : "lines name"} no version`}; what no line pins is decided on the day of the build.`,
      seen("these files", value),
    ],
    rejected: [
      { option: "pip", because: "uv reads the same files, and needs no installer in the image" },
      {
        option: "a uv.lock that is made on the way",
        because: "it would choose versions that nobody of the team has looked at",
      },
    ],
  };
}

function saidOf(value: SyncSpec, picked: Picked | undefined): Said {
  if (picked !== undefined) return byTool(value, picked);
  return value.pip === undefined ? byUv(value) : byPip(value.pip, value);
}

/** What is installed from folders of the repository or beside the lists, and what private packages take. */
function besides({ workspace, local = [], secrets = [] }: SyncSpec, facts: Facts): readonly string[] {
  return [
    ...(workspace === undefined ? [] : [ofMembers(workspace)]),
    ...(isAdded(facts)
      ? [
          `${importsResources(facts)} imports pkg_resources, which today's base brings and setuptools no longer has from its release 82 on: an older one is installed beside.`,
        ]
      : []),
    ...(local.length === 0
      ? []
      : [
          `${list(local.map(({ name, path }) => `${name} is installed from ${path}`))}: mounted while it is, and built into the environment as any other package.`,
        ]),
    ...(secrets.length === 0
      ? []
      : [
          `The build secrets of today's install step are mounted here as well: ${list(secrets.map(({ id }) => `\`${id}\``))}.`,
        ]),
  ];
}

export const sync: Decider = {
  id: "sync",
  title: "Installing the dependencies",
  after: ["base", "uv", "workdir"],
  resolves: [
    "dependency-layer-invalidated-by-source",
    "dev-dependencies-in-final",
    "editable-install-shipped",
    "empty-project-installed",
    "environment-left-behind",
    "file-lookup-leaves-package",
    "files-in-root-home",
    "install-behind-make",
    "link-mode-unset-with-cache-mount",
    "pip-cache-in-image",
    "project-installed-before-source",
    "project-metadata-missing",
    "python-downloads-allowed",
    "site-packages-half-copied",
    "sync-without-frozen-or-locked",
    "uv-cache-in-image",
    "venv-moved",
  ],
  decide(facts: Facts, draft: Draft): Choice {
    const { service } = facts;
    const { project, because } = projectInstall(facts);
    const secrets = keptSecrets(facts.dockerfile);
    const picked = lockTool(facts, draft.base?.python);
    const local = localPackages(service);
    const { workdir = "/app" } = draft;
    const workspace = workspaceSpec(facts, project, workdir);
    const value: SyncSpec = {
      venv: `${workspace?.root ?? workdir}/.venv`,
      ...installed(facts, picked),
      project,
      cache: "/var/cache/uv",
      ...(workspace === undefined ? {} : { workspace }),
      sources: project === "none" ? [] : sourcesOf(facts, workspace),
      ...(local.length === 0 ? {} : { local }),
      ...(secrets.length === 0 ? {} : { secrets }),
    };
    const said = saidOf(value, picked);
    return {
      value: { sync: value },
      choice: `${said.choice}, ${project === "none" ? "dependencies only" : "dependencies first, then the project"}`,
      because: [
        ...said.because,
        because,
        ...besides(value, facts),
        ...(facts.overrides["sync"] === undefined ? [] : [configured("sync")]),
      ].join(" "),
      evidence: [...placesOf(service.packaging.kind, service.lock?.inStep), ...(picked?.evidence ?? [])],
      rejected: [
        ...said.rejected,
        { option: "COPY of the manifests", because: "a mount does the same without a layer" },
        ...(project === "no-editable"
          ? [{ option: "an editable install", because: "its link points to a source folder the runtime does not have" }]
          : []),
      ],
    };
  },
};
