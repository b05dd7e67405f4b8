import { readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { BuildRequest } from "../engine/engine.ts";
import { utf16Of } from "../kit/files.ts";
import { UserError } from "../kit/errors.ts";
import type { Build, BuildSide, Image, Service } from "../model/types.ts";
import type { SideRequest } from "./build-side.ts";
import { lockToEdit } from "./lock-to-edit.ts";

/** Builds that take long vary little against their length: two of them are enough, and one that takes a minute. */
const SLOW = { milliseconds: 10_000, atLeast: 2 };
const VERY_SLOW_MS = 60_000;

export type Timed = (kind: Build["kind"], change: Partial<BuildRequest>) => Promise<Image>;

/** What each changed build takes, and what an earlier run knows of it. */
interface Changes {
  readonly time: Timed;
  readonly builds: Build[];
  readonly lockEdit: Build | undefined;
}

/**
 * Times the builds after an edit of the source, of the lock, and of nothing but the files' times. One that fails leaves
 * its checks unproven, with the reason: the image itself was built.
 */
export async function timeChanges(
  request: SideRequest,
  context: string,
  { time, ...known }: Changes,
): Promise<NonNullable<BuildSide["edited"]>> {
  const failed: Partial<Record<Build["kind"], string>> = {};
  const attempt = async (kind: Build["kind"], change: Partial<BuildRequest>) => {
    try {
      await time(kind, change);
      return true;
    } catch (error) {
      if (!(error instanceof UserError) || !error.code.startsWith("engine/build-")) throw error;
      failed[kind] = error.message;
      return false;
    }
  };
  const edited = await timeEdits(request, context, { attempt, ...known });
  if (request.quick !== true) {
    await touchAll(context);
    await attempt("touch", { tag: `${request.tag}-edited`, keepMs: undefined });
  }
  return { ...edited, ...(Object.keys(failed).length === 0 ? {} : { failed }) };
}

type Attempt = (kind: Build["kind"], change: Partial<BuildRequest>) => Promise<boolean>;

/** Edits a source file and then the lock in the exported context, and times the build after each edit that is not known already. */
async function timeEdits(
  request: SideRequest,
  context: string,
  { attempt, builds, lockEdit }: Omit<Changes, "time"> & { readonly attempt: Attempt },
): Promise<NonNullable<BuildSide["edited"]>> {
  const source = sourceToEdit(request.service);
  const tag = `${request.tag}-edited`;
  if (source !== undefined) {
    const original = await readFile(join(context, source), "utf8");
    const started = performance.now();
    const enough = (done: number) => {
      const took = performance.now() - started;
      return (
        done >= request.repetitions ||
        (done >= SLOW.atLeast && took > SLOW.milliseconds) ||
        (done > 0 && took > VERY_SLOW_MS)
      );
    };
    let holds = true;
    for (let i = 0; holds && !enough(i); i += 1) {
      await writeFile(
        join(context, source),
        `${original}\n# seaworthy: edit ${i} of ${basename(request.directory)} ${Date.now()}\n`,
      );
      holds = await attempt("source-edit", { tag, keepMs: undefined });
    }
    await writeFile(join(context, source), original);
  }
  const lock = request.quick === true ? undefined : lockToEdit(request.dockerfile, request.service);
  if (lock !== undefined && lockEdit !== undefined) builds.push(lockEdit);
  else if (lock !== undefined) {
    const original = await readFile(join(context, lock));
    const edit = utf16Of(original) === "utf-16le" ? Buffer.from(lockEditOf(lock), "utf16le") : lockEditOf(lock);
    await writeFile(join(context, lock), Buffer.concat([original, Buffer.from(edit)]));
    await attempt("lock-edit", { tag, keepMs: undefined });
    await writeFile(join(context, lock), original);
  }
  return { source: source ?? "", ...(lock === undefined ? {} : { lock }) };
}

/** Another content, and the same lock: JSON has no comments. */
const lockEditOf = (lock: string): string =>
  /(?:^|\/)Pipfile\.lock$|\.json$/.test(lock)
    ? "\n".repeat(2 + (Date.now() % 50))
    : `\n# seaworthy: edit ${Date.now()}\n`;

/** As a fresh checkout does: other times on the same files. Last, because nothing after it would be the same build. */
async function touchAll(context: string): Promise<void> {
  const now = new Date();
  for (const entry of await readdir(context, { recursive: true, withFileTypes: true }))
    if (!entry.isSymbolicLink()) await utimes(join(entry.parentPath, entry.name), now, now);
}

/** The file a developer would most likely touch: the application's own module. */
function sourceToEdit(service: Service): string | undefined {
  const python = service.files.filter((file) => file.endsWith(".py"));
  const module = service.application?.value.module.replaceAll(".", "/");
  const own = python.find(
    (file) => module !== undefined && (file === `${module}.py` || file.endsWith(`/${module}.py`)),
  );
  const inPackage = python.find((file) => service.packaging.importPackages.some((name) => file.startsWith(`${name}/`)));
  return own ?? inPackage ?? python[0];
}
