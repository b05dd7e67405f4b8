import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectEngine } from "../../src/engine/connect.ts";
import type { BuildRequest, ConnectedEngine } from "../../src/engine/engine.ts";
import { parseMirrors } from "../../src/registry/endpoints.ts";

/** A small image with Python that every lab engine can get. */
export const BASE = "python:3.13-slim";

/** Host and port of the lab's registry, when a lab is in use. Each lab has a port of its own. */
export const REGISTRY: string | undefined = parseMirrors(process.env["SEAWORTHY_MIRRORS"])["docker.io"];

export function connect(
  options: { readonly runId?: string; readonly signal?: AbortSignal } = {},
): Promise<ConnectedEngine> {
  return connectEngine({
    runId: options.runId ?? `test-${randomBytes(4).toString("hex")}`,
    signal: options.signal ?? new AbortController().signal,
    env: process.env,
  });
}

/** A context folder with these files, and a request that builds it. */
export async function buildFolder(
  files: Readonly<Record<string, string>>,
): Promise<AsyncDisposable & { readonly path: string; request(more?: Partial<BuildRequest>): BuildRequest }> {
  const path = await mkdtemp(join(tmpdir(), "seaworthy-test-"));
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
  return {
    path,
    request: (more = {}) => ({
      context: path,
      dockerfile: join(path, "Dockerfile"),
      tag: `seaworthy/test:${randomBytes(6).toString("hex")}`,
      noCache: false,
      buildArgs: {},
      secrets: {},
      contexts: {},
      logFile: join(path, "build.log"),
      signal: new AbortController().signal,
      ...more,
    }),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

/** Long enough on a machine that has much else to do: only what hangs takes so long. */
export const soon = (): AbortSignal => AbortSignal.timeout(180_000);
