import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import { UserError } from "../kit/errors.ts";

/**
 * The whole path of a service's folder.
 * @throws UserError `project/no-folder`, `files/unreadable`.
 */
export function serviceFolder(folder: string): string {
  const root = resolve(folder);
  if (!isFolder(root)) throw noFolder(folder, existsSync(root));
  onDisk(root, () => accessSync(root, constants.R_OK | constants.X_OK));
  return root;
}

/** Whoever names a file means the folder where it lies. */
const noFolder = (folder: string, isFile: boolean): UserError =>
  isFile
    ? new UserError("project/no-folder", `${folder} is a file, not a folder`, {
        hint: `Pass the folder of the service, here ${dirname(folder)}; --dockerfile names the Dockerfile in it.`,
      })
    : new UserError("project/no-folder", `There is no folder ${folder}`, {
        hint: "Pass the folder of the service, the one with its pyproject.toml or requirements.txt.",
      });

/**
 * A Dockerfile that a person named, relative to the folder.
 * @throws UserError `project/no-dockerfile`, `files/unreadable`.
 */
export function namedDockerfile(root: string, named: string): string {
  const path = resolve(root, named);
  const refuse = (message: string) =>
    new UserError("project/no-dockerfile", message, {
      hint: "Pass --dockerfile, or set `dockerfile:` in seaworthy.yaml.",
    });
  if (path !== root && !path.startsWith(root.endsWith(sep) ? root : root + sep))
    throw refuse(`${named} lies outside ${root}`);
  if (!existsSync(path)) throw refuse(`There is no ${named} in ${root}`);
  if (isFolder(path)) throw refuse(`${named} is a folder, not a Dockerfile`);
  return isAbsolute(named) ? relative(root, path) : named;
}

const isFolder = (path: string): boolean =>
  onDisk(path, () => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false);

/** What the file system refuses, said with its own word for it. */
function onDisk<T>(path: string, look: () => T): T {
  try {
    return look();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new UserError("files/unreadable", `${path} cannot be read: ${code ?? message}`, {
      hint: "Check its type and its permissions.",
      cause,
    });
  }
}
