import type { Dockerfile } from "../model/types.ts";

/** Reads a Dockerfile into directives, stages and instructions. Never throws: what BuildKit refuses is in `problems`. */
export function parseDockerfile(path: string, text: string): Dockerfile {
  return { path, text, directives: [], globalArgs: [], stages: [], problems: [] };
}
