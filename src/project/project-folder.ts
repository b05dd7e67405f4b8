import { posix } from "node:path";
import { commandsOfInstruction } from "../dockerfile/shell.ts";
import { reachableStages } from "../dockerfile/stages.ts";
import type { Dockerfile, Instruction, Stage } from "../model/types.ts";
import { pipItems, type ToolCall, toolCall } from "./install-command.ts";
import { brought, folderAfter } from "./installed-files.ts";
import { LOCKS } from "./lock-names.ts";
import type { Tree } from "./tree.ts";

/** With one of these at the top, the top is the project, or the root of its workspace. */
const AT_THE_TOP = [
  "pyproject.toml",
  "setup.py",
  "setup.cfg",
  "pylock.toml",
  ...Object.values(LOCKS).map(({ lock }) => lock),
  "Pipfile",
];

/**
 * The folder whose project the image installs: `backend` for `COPY backend/ ./` and `uv sync`. Undefined where that is
 * the top itself, where nothing that is copied says it, or where the image installs several.
 */
export function projectFolder(tree: Tree, dockerfile: Dockerfile | undefined): string | undefined {
  if (dockerfile === undefined || !INSTALLS.test(dockerfile.text)) return undefined;
  if (AT_THE_TOP.some((file) => tree.read(file) !== undefined)) return undefined;
  const folders = new Set(manifestsInstalled(tree, dockerfile).map((file) => posix.dirname(file)));
  const [folder] = folders;
  return folders.size === 1 && folder !== "." ? folder : undefined;
}

/** The files of the context that the installing commands take a project from, in their order. */
export const manifestsInstalled = (tree: Tree, dockerfile: Dockerfile): readonly string[] =>
  reachableStages(dockerfile).flatMap((stage) =>
    stage.instructions.flatMap((instruction) =>
      manifestsOf(instruction, stage).flatMap(({ words, ...place }) =>
        brought(words, { dockerfile, stage, instruction, files: tree.files, ...place }),
      ),
    ),
  );

/** Most Dockerfiles of such projects need not be read for it. */
const INSTALLS = /\b(?:sync|install)\b/;

/** The file that each command of a RUN takes the project from, as that command would name it. */
function manifestsOf(instruction: Instruction, stage: Stage) {
  if (instruction.keyword !== "RUN") return [];
  let folder = "";
  return commandsOfInstruction(instruction, stage).flatMap(({ name, args }) => {
    const argv = [name, ...args];
    const here = folder;
    folder = folderAfter(folder, argv);
    const call = toolCall(argv);
    const words = call === undefined ? [] : manifests(call, argv);
    return words.length === 0 ? [] : [{ words, within: here }];
  });
}

function manifests(call: ToolCall, argv: readonly string[]): readonly string[] {
  if (!/^(?:sync|install)$/.test(call.verb)) return [];
  if (call.tool !== "pip") return [posix.join(toldFolder(argv), LOCKS[call.tool].asked)];
  const { folders, files } = pipItems(call);
  return [
    ...folders.map(({ path }) => posix.join(path, "pyproject.toml")),
    ...files.filter((file) => posix.basename(file) === "pyproject.toml"),
  ];
}

/** `uv sync --project backend`, `poetry --directory=backend install`. */
function toldFolder(argv: readonly string[]): string {
  for (const [at, word] of argv.entries()) {
    const [, value] = /^--(?:project|directory)(?:=(.*))?$/.exec(word) ?? [];
    if (value !== undefined) return value;
    if (/^--(?:project|directory)$/.test(word)) return argv[at + 1] ?? "";
  }
  return "";
}

/** A file of the project, by its path from the top. */
export const inProject = (folder: string | undefined, file: string): string =>
  folder === undefined ? file : posix.join(folder, file);

/** A path from the top as the project itself names it. */
export const fromProject = (folder: string | undefined, file: string): string =>
  folder !== undefined && file.startsWith(`${folder}/`) ? file.slice(folder.length + 1) : file;

/** The files of a folder alone, as the project in it names them. */
export const within = (tree: Tree, folder: string | undefined): Tree =>
  folder === undefined
    ? tree
    : {
        ...tree,
        files: tree.files.flatMap((file) => (file.startsWith(`${folder}/`) ? [fromProject(folder, file)] : [])),
        read: (path) => tree.read(inProject(folder, path)),
      };
