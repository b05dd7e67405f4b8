import { readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { BuildRequest } from "../engine/engine.ts";
import type { Build, BuildSide, Service } from "../model/types.ts";

/** Builds that take long vary little against their length: two of them are enough. */
const SLOW = { milliseconds: 10_000, atLeast: 2 };

/** What is built, and how often. */
interface Edited {
  readonly service: Service;
  readonly repetitions: number;
  readonly tag: string;
  readonly directory: string;
  readonly quick?: boolean;
}

type Timed = (kind: Build["kind"], change: Partial<BuildRequest>) => Promise<unknown>;

/** Edits a source file and then the lock in the exported context, and times the build after each edit that is not known already. */
export async function timeEdits(
  request: Edited,
  context: string,
  { time, builds, lockEdit }: { readonly time: Timed; readonly builds: Build[]; readonly lockEdit: Build | undefined },
): Promise<NonNullable<BuildSide["edited"]>> {
  const source = sourceToEdit(request.service);
  const tag = `${request.tag}-edited`;
  if (source !== undefined) {
    const original = await readFile(join(context, source), "utf8");
    const started = performance.now();
    const enough = (done: number) =>
      done >= request.repetitions || (done >= SLOW.atLeast && performance.now() - started > SLOW.milliseconds);
    for (let i = 0; !enough(i); i += 1) {
      await writeFile(
        join(context, source),
        `${original}\n# seaworthy: edit ${i} of ${basename(request.directory)} ${Date.now()}\n`,
      );
      await time("source-edit", { tag, keepMs: undefined });
    }
    await writeFile(join(context, source), original);
  }
  const lock = request.quick === true ? undefined : request.service.lock?.path;
  if (lock !== undefined && lockEdit !== undefined) builds.push(lockEdit);
  else if (lock !== undefined) {
    const original = await readFile(join(context, lock), "utf8");
    await writeFile(join(context, lock), `${original}\n# seaworthy: edit ${Date.now()}\n`);
    await time("lock-edit", { tag, keepMs: undefined });
    await writeFile(join(context, lock), original);
  }
  return { source: source ?? "", ...(lock === undefined ? {} : { lock }) };
}

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
