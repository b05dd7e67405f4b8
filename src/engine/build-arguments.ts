import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { readText } from "../kit/files.ts";
import type { BuildRequest } from "./engine.ts";

type Labels = Readonly<Record<string, string>>;

/**
 * What is asked of `podman build`. In Docker's format, because the other one has no HEALTHCHECK; its commands need no
 * BuildKit, and it keeps cache mounts also in a build without cache.
 */
export async function podmanArguments(
  request: BuildRequest,
  labels: Labels,
  layerLabels: Labels,
): Promise<readonly string[]> {
  const ignore = await ignoreFile(request);
  return [
    "build",
    "--format",
    "docker",
    "--layers",
    ...each("--layer-label", layerLabels),
    ...(ignore === undefined ? [] : ["--ignorefile", ignore]),
    ...sharedArguments(request, { ...request.labels, ...labels }),
  ];
}

/**
 * The ignore file that BuildKit would take. Podman's client sends secrets within the context, and one that is ignored
 * does not arrive; its server takes them out before the build begins.
 */
async function ignoreFile({ dockerfile, context, logFile, secrets }: BuildRequest): Promise<string | undefined> {
  const own = `${dockerfile}.dockerignore`;
  const [ofDockerfile, ofContext] = [await readText(own), await readText(join(context, ".dockerignore"))];
  const text = ofDockerfile ?? ofContext;
  if (text === undefined) return undefined;
  if (Object.keys(secrets).length === 0) return ofDockerfile === undefined ? join(context, ".dockerignore") : own;
  const written = join(dirname(logFile), "podman.dockerignore");
  await writeFile(written, `${text}\n!podman-build-secret*\n`);
  return written;
}

/** The words that buildx and podman share, with the context at the end. */
export function sharedArguments(request: BuildRequest, labels: Labels): readonly string[] {
  return [
    "--file",
    request.dockerfile,
    "--tag",
    request.tag,
    ...(request.target === undefined ? [] : ["--target", request.target]),
    ...(request.platform === undefined ? [] : ["--platform", request.platform]),
    ...(request.noCache ? ["--no-cache"] : []),
    ...each("--build-arg", request.buildArgs),
    ...Object.entries(request.secrets).flatMap(([id, source]) => [
      "--secret",
      typeof source === "string" ? `id=${id},src=${source}` : `id=${id},env=${source.env}`,
    ]),
    ...each("--build-context", request.contexts),
    ...each("--label", labels),
    request.context,
  ];
}

function each(flag: string, values: Labels): readonly string[] {
  return Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`]);
}
