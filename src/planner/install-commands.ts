import type { PipCall } from "../model/types.ts";
import type { Lines, Page } from "./dockerfile-page.ts";

/** `uv sync`, of the groups and extras that the image has. */
export function syncCommand({ image }: Page, ...more: readonly string[]): string {
  const { groups, extras } = image.sync;
  return [
    "uv sync --locked --no-default-groups",
    ...groups.map((name) => `--group ${name}`),
    ...extras.map((name) => `--extra ${name}`),
    ...more,
  ].join(" ");
}

/** Everything that the project depends on, and nothing of the project itself. */
export function installDependencies(page: Page): Lines {
  const { pip, venv, extras } = page.image.sync;
  if (pip === undefined) return [syncCommand(page, "--no-install-project")];
  return [
    `uv venv --no-project ${venv}`,
    ...pip.calls.map((call) => pipCommand(call, { hashed: pip.hashed, extras, venv })),
  ];
}

/** The project itself, linked to where it lies. */
export const installEditable = (page: Page): string =>
  page.image.sync.pip === undefined
    ? syncCommand(page)
    : `uv pip install --python ${page.image.sync.venv}/bin/python --no-deps --editable .`;

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
