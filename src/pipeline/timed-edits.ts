import { readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { BuildRequest } from "../engine/engine.ts";
import type { Build, BuildSide, Image, Service } from "../model/types.ts";
import type { SideRequest } from "./build-side.ts";
import { lockToEdit } from "./lock-to-edit.ts";

/** Builds that take long vary little against their length: two of them are enough, and one that takes a minute. */
const SLOW = { milliseconds: 10_000, atLeast: 2 };
const VERY_SLOW_MS = 60_000;

export type Timed = (kind: Build["kind"], change: Partial<BuildRequest>) => Promise<Image>;

/** Edits a source file and then the lock in the exported context, and times the build after each edit that is not known already. */
export async function timeEdits(
  request: SideRequest,
  context: string,
  { time, builds, lockEdit }: { readonly time: Timed; readonly builds: Build[]; readonly lockEdit: Build | undefined },
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
    for (let i = 0; !enough(i); i += 1) {
      await writeFile(
        join(context, source),
        `${original}\n# seaworthy: edit ${i} of ${basename(request.directory)} ${Date.now()}\n`,
      );
      await time("source-edit", { tag, keepMs: undefined });
    }
    await writeFile(join(context, source), original);
  }
  const lock = request.quick === true ? undefined : lockToEdit(request.dockerfile, request.service);
  if (lock !== undefined && lockEdit !== undefined) builds.push(lockEdit);
  else if (lock !== undefined) {
    const original = await readFile(join(context, lock), "utf8");
    await writeFile(join(context, lock), `${original}${lockEditOf(lock)}`);
    await time("lock-edit", { tag, keepMs: undefined });
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
export async function touchAll(context: string, time: () => Promise<unknown>): Promise<void> {
  const now = new Date();
  for (const entry of await readdir(context, { recursive: true, withFileTypes: true }))
    if (!entry.isSymbolicLink()) await utimes(join(entry.parentPath, entry.name), now, now);
  await time();
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
