import { randomBytes } from "node:crypto";
import { mountFields } from "../dockerfile/arguments.ts";
import { allInstructions } from "../dockerfile/parse.ts";
import type { Dockerfile } from "../model/types.ts";

/** A cache mount with one of these lies on top of something that BuildKit makes first. */
const ON_TOP = ["mode", "uid", "gid", "from"];

/**
 * The namespace that the cache mounts of these builds need for a cold build that is cold: a new one for a Dockerfile
 * with mounts that BuildKit before 0.16 keeps in a build without cache (moby/buildkit#5305). Undefined where it empties
 * them all: the namespace that our builds share then does, and their mounts serve the next run too.
 */
export function mountsFor(dockerfile: Dockerfile): string | undefined {
  const kept = cacheMounts(dockerfile).some((fields) => ON_TOP.some((key) => fields.has(key)));
  return kept ? `seaworthy-${randomBytes(6).toString("hex")}` : undefined;
}

/** Why a build without cache of this Dockerfile is no cold one on this engine; undefined where it is. */
export const warmBecause = (dockerfile: Dockerfile, engine: "docker" | "podman"): string | undefined =>
  engine === "podman" && cacheMounts(dockerfile).length > 0
    ? "Podman keeps the cache mounts also in a build without cache, so none was cold."
    : undefined;

function cacheMounts(dockerfile: Dockerfile): ReadonlyArray<ReadonlyMap<string, string>> {
  return allInstructions(dockerfile)
    .flatMap(({ flags, inner }) => [...flags, ...(inner?.flags ?? [])])
    .filter(({ name }) => name === "mount")
    .map(({ value }) => mountFields(value))
    .filter((fields) => fields.get("type")?.toLowerCase() === "cache");
}
