import { posix } from "node:path";
import type { Service, StartCommand } from "../../model/types.ts";
import { baseName } from "../../project/unwrap.ts";

/** Programs whose package has another name. */
const PACKAGES: Readonly<Record<string, string>> = { "django-admin": "django", fastapi: "fastapi-cli" };

/** Where pip, or an environment of today's, has its programs. */
const BY_PATH = /^(?:\.{0,2}\/)?(?:[\w.-]+\/)*bin\/([\w.-]+)$/;

/** The program of a dependency, which today's image has at a path that the new one has not. */
function programAt({ dependencies, files }: Service, word: string): string | undefined {
  const [, name = ""] = BY_PATH.exec(word) ?? [];
  if (files.includes(word.replace(/^\.\//, ""))) return undefined;
  // At another path there may be a Python, but not the one that has the packages.
  if (/^python3?(?:\.\d+)?$/.test(name)) return "python";
  return dependencies.runtimeClosure.includes(PACKAGES[name] ?? name) ? name : undefined;
}

/** By its name alone: PATH leads to the environment of the new image, wherever it lies. */
export function byName(service: Service, [program = "", ...words]: readonly string[]): readonly string[] {
  return [programAt(service, program) ?? program, ...words];
}

/** The name of what a script calls by a path that the new image has not, nor is given. */
export function nameOfLost(service: Service, word: string): string | undefined {
  const name = programAt(service, word);
  return name === undefined || linksFor(service, "").some(({ path }) => path === word) ? undefined : name;
}

/** A link for whoever calls a program of the environment by the path that it has today. */
export interface Link {
  readonly path: string;
  readonly to: string;
  readonly by: StartCommand["evidence"];
}

/**
 * What other files than the Dockerfile call by such a path, themselves or by a script: they stay as they are, and the
 * new image is given the path.
 */
export function linksFor(service: Service, venv: string): readonly Link[] {
  const links = new Map<string, Link>();
  for (const { role, source, argv, wrappers, evidence } of service.starts) {
    const [path = ""] = argv;
    const name = programAt(service, path);
    // The Dockerfile's own command is written anew, unless a script of the project holds it.
    const isNew = source === "dockerfile" && !wrappers.some((one) => one.includes("/"));
    // A path from the working directory, and that of a Python, are not given to another.
    const isOpen = name !== undefined && name !== "python" && path.startsWith("/");
    if (role === "test" || isNew || !isOpen || posix.dirname(path) === `${venv}/bin`) continue;
    if (!links.has(path)) links.set(path, { path, to: `${venv}/bin/${baseName(name)}`, by: evidence });
  }
  return [...links.values()];
}
