import type { LockTool, PipCall, SyncSpec, WorkspaceSpec } from "../model/types.ts";
import type { Lines, Page } from "./dockerfile-page.ts";

/** `uv sync`, of the groups and extras that the image has. */
export function syncCommand({ image }: Page, ...more: readonly string[]): string {
  const { groups, extras, local = [], workspace } = image.sync;
  return [
    "uv sync --locked --no-default-groups",
    ...(workspace?.asked.length === 0 ? ["--all-packages"] : []),
    ...(workspace?.asked ?? []).map((name) => `--package ${name}`),
    ...(local.length === 0 ? [] : ["--no-editable"]),
    ...groups.map((name) => `--group ${name}`),
    ...extras.map((name) => `--extra ${name}`),
    ...more,
  ].join(" ");
}

/** Leaves out what is installed from its source. */
export const withoutProject = ({ image }: Page): string =>
  image.sync.workspace === undefined ? "--no-install-project" : "--no-install-workspace";

/** Where the tool that reads the lock has its own environment: in the builder alone. */
const toolHome = ({ name }: LockTool): string => `/opt/${name}`;

/** That tool in one exact version. */
export const installTool = (tool: LockTool): Lines => [
  `uv venv --no-project ${toolHome(tool)}`,
  `uv pip install --python ${toolHome(tool)}/bin/python ${tool.until === undefined ? "" : `--exclude-newer ${tool.until} `}${tool.name}==${tool.version}`,
];

/** Where it installs, and where its cache lies. */
export const toolSettings = ({ name, cache }: LockTool, venv: string): Readonly<Record<string, string>> => ({
  VIRTUAL_ENV: venv,
  [`${name.toUpperCase()}_CACHE_DIR`]: cache,
});

type Asked = Pick<SyncSpec, "groups" | "extras">;

/** The lock's packages into the environment that VIRTUAL_ENV names, with groups and extras; never the project itself. */
const BY_TOOL: Readonly<Record<LockTool["name"], (asked: Asked) => Lines>> = {
  poetry: ({ groups, extras }) => [
    "install --no-interaction --no-root",
    `--only ${["main", ...groups].join(",")}`,
    ...extras.map((name) => `--extras ${name}`),
  ],
  pdm: ({ groups, extras }) => [
    "install --check --no-self --no-editable",
    // With groups named, `--dev` takes these alone.
    groups.length > 0 ? "--dev" : "--prod",
    ...[...groups, ...extras].map((name) => `--group ${name}`),
  ],
  pipenv: ({ groups }) => [
    // Compiled later, by hashes: what pip compiles is bound to the times of its files.
    "install --deploy --extra-pip-args=--no-compile",
    ...(groups.length > 0 ? [`--categories "${["packages", ...groups.map(categoryOf)].join(" ")}"`] : []),
  ],
};

const categoryOf = (group: string): string => (group === "dev" ? "dev-packages" : group);

/** What the lock names for the image, and for the groups and extras that are added to it. */
export function lockedCommand({ image }: Page, more: Partial<Asked> = {}): string | undefined {
  const { tool, groups, extras } = image.sync;
  if (tool === undefined) return undefined;
  const asked = {
    groups: [...new Set([...groups, ...(more.groups ?? [])])],
    extras: [...new Set([...extras, ...(more.extras ?? [])])],
  };
  return [`${toolHome(tool)}/bin/${tool.name}`, ...BY_TOOL[tool.name](asked)].join(" ");
}

/** Everything that the project depends on, and nothing of the project itself. */
export function installDependencies(page: Page): Lines {
  const { pip, venv, extras } = page.image.sync;
  const locked = lockedCommand(page);
  if (locked !== undefined) return [`uv venv --no-project ${venv}`, locked];
  if (pip === undefined) return [syncCommand(page, withoutProject(page))];
  return [
    `uv venv --no-project ${venv}`,
    ...pip.calls.map((call) => pipCommand(call, { hashed: pip.hashed, extras, venv })),
  ];
}

/** The folders of the members that are built, each behind a word. */
const foldersOf = ({ root, packages }: WorkspaceSpec, word = ""): Lines =>
  packages.map(({ path }) => `${word}${root}/${path}`);

/** The folders that are built into the environment. */
export const projectFolders = ({ image }: Page): Lines =>
  image.sync.workspace === undefined ? [image.workdir] : foldersOf(image.sync.workspace);

/** The project itself, linked to where it lies; and nothing else, as a sync with packages of other folders would. */
export function installEditable(page: Page): string {
  const { pip, tool, local = [], venv, workspace } = page.image.sync;
  if (workspace !== undefined)
    return `uv pip install --python ${venv}/bin/python --no-deps ${foldersOf(workspace, "--editable ").join(" ")}`;
  return pip === undefined && tool === undefined && local.length === 0
    ? syncCommand(page)
    : `uv pip install --python ${venv}/bin/python --no-deps --editable .`;
}

function pipCommand(
  { files, packages, options }: PipCall,
  { hashed, extras, venv }: { readonly hashed: boolean; readonly extras: readonly string[]; readonly venv: string },
): string {
  const isProject = files.includes("pyproject.toml");
  return [
    `uv pip install --python ${venv}/bin/python`,
    ...(hashed && packages.length === 0 && !isProject ? ["--require-hashes"] : []),
    // pip takes the best version of all indexes, uv by itself the first index that has the package.
    ...(options.some((word) => INDEX.test(word)) ? ["--index-strategy unsafe-best-match"] : []),
    ...options,
    ...files.map((file) => `-r ${file}`),
    ...(isProject ? extras.map((name) => `--extra ${name}`) : []),
    ...packages.map((text) => (/^[\w.=-]+$/.test(text) ? text : `'${text}'`)),
  ].join(" ");
}

const INDEX = /^--(?:index-url|extra-index-url|find-links)$/;
