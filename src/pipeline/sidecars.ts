import { join, resolve } from "node:path";
import type { Engine } from "../engine/engine.ts";
import { makeFolder } from "../kit/files.ts";
import type { Image, StackSidecar } from "../model/types.ts";
import { CONFIG_FILE, type Sidecar } from "./config.ts";
import type { Run } from "./run-directory.ts";
import type { Session } from "./session.ts";

/** What the start of a sidecar needs to know of the run. */
export interface SidecarRun {
  /** Where build logs go. */
  readonly directory: string;
  readonly runId: string;
  readonly ca: string | undefined;
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
}

export const sidecarRun = ({ ca, world }: Session, run: Run): SidecarRun => ({
  directory: run.directory,
  runId: run.id,
  ca,
  signal: world.signal,
  tell: world.tell,
});

/** A program that the team itself describes, as everything that runs beside the service is described. */
export function ownSidecar({ name, image, build, port, health, env = {} }: Sidecar, folder: string): StackSidecar {
  const context = resolve(folder, build ?? "");
  return {
    name,
    where: CONFIG_FILE,
    ...(build === undefined ? { image: image ?? "" } : { build: { context, dockerfile: join(context, "Dockerfile") } }),
    env,
    volumes: [],
    tmpfs: [],
    ready: [{ kind: "http", port, path: health }],
  };
}

/** Builds the image of a sidecar, which goes away with the run. */
export async function buildSidecar(
  name: string,
  { context, dockerfile, target }: NonNullable<StackSidecar["build"]>,
  { engine, directory, runId, ca, signal }: SidecarRun & { readonly engine: Pick<Engine, "build"> },
): Promise<Image> {
  const logs = join(directory, "logs");
  await makeFolder(logs);
  const { image } = await engine.build({
    context,
    dockerfile,
    ...(target === undefined ? {} : { target }),
    tag: `seaworthy/sidecar-${name.toLowerCase().replaceAll(/[^a-z0-9-]/g, "-")}:${runId}`,
    noCache: false,
    buildArgs: {},
    secrets: ca === undefined ? {} : { "ca-bundle": ca },
    contexts: {},
    logFile: join(logs, `sidecar-${name}.log`),
    signal,
  });
  return image;
}
