import type { Distribution } from "../project/system-libraries.ts";

/** Where a build step finds the company's CA bundle, when the build was given one as secret `ca-bundle`. */
export const CA_SECRET = "/run/secrets/ca-bundle";

/** What meets a need in each stage; a need without an entry cannot be met in that family. */
export type Packages = Readonly<
  Record<string, { readonly builder: readonly string[]; readonly runtime: readonly string[] }>
>;

/** Commands of shadow-utils that make a system user without a home. */
export const systemUser = ({ name, uid, gid, shell }: NewUser): string =>
  [
    `groupadd --system --gid ${gid} ${name}`,
    // Without a fixed date, /etc/shadow would hold the day of the build, and no two days would build the same image.
    `SOURCE_DATE_EPOCH=0 useradd --system --no-log-init --uid ${uid} --gid ${gid} --no-create-home --home-dir /nonexistent --shell ${shell} ${name}`,
  ].join(" && ");

export interface NewUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly shell: string;
}

/** A family of base images: everything the planner must know to build on it, and nothing about any service. */
export interface Profile {
  readonly id: string;
  readonly title: string;
  /** Whose names its packages have. */
  readonly distribution: Distribution;
  /** Whose commands install its packages: what today's Dockerfile installs with the same one has the same names. */
  readonly packageManager: "apt" | "dnf";
  /** Image for a Python version, without digest: `python:3.13-slim`. */
  image(python: string): string;
  /**
   * Minor versions, the one to take when nothing else speaks for one first. The planner takes one that the service's
   * `requires-python` and lock allow.
   */
  readonly pythons: readonly string[];
  /** Absolute path of the interpreter for a version; the same in both stages. */
  interpreter(python: string): string;
  /** Folder of the standard library for a version. */
  standardLibrary(python: string): string;
  /**
   * Shell line that installs Python itself, with more packages in the same transaction, or undefined when the image has
   * it. Each further transaction would store the whole package database once more.
   */
  installPython(python: string, packages: readonly string[]): string | undefined;
  /** Shell line that installs OS packages (names of this family) and leaves no package lists behind. */
  installPackages(packages: readonly string[]): string;
  /** Maps a need to this family's package names: `git`, `libpq`, `curl`; undefined when it does not exist there. */
  packageFor(need: string, stage: "builder" | "runtime"): readonly string[] | undefined;
  /** Shell line that makes a system user without a login shell; says in `needs` what must be installed for it. */
  createUser(user: NewUser): {
    readonly line: string;
    readonly needs: readonly string[];
  };
  readonly nologin: string;
  /** What `/bin/sh` is: it decides whether a shell passes signals on. */
  readonly shell: "bash" | "dash" | "ash" | "none";
  readonly caBundle: string;
  /** Bytecode of the standard library as the base brings it: none, or bound to file times that a later rewrite changes. */
  readonly stdlibBytecode?: "none" | "by-time";
  /** Programs that the image has: curl, tar, … */
  readonly programs: readonly string[];
}
