import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type SecretMount, secretMounts } from "../dockerfile/secret-mounts.ts";
import { reachableStages } from "../dockerfile/stages.ts";
import type { SecretSource } from "../engine/engine.ts";
import { namesSecret } from "../kit/secret-names.ts";
import type { Dockerfile } from "../model/types.ts";

/** Random values given to a build where it takes secrets: if one of them is found in the image, a secret would be too. */
export interface Canaries {
  readonly values: readonly string[];
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Every secret that the build gets: the team's own, the CA bundle, and random ones in place of those nobody gave. */
  readonly secrets: Readonly<Record<string, SecretSource>>;
  /** Random values in place of secrets that nobody gave, by id. */
  readonly invented: Readonly<Record<string, string>>;
}

export interface Planting {
  readonly dockerfile: Dockerfile;
  /** Build arguments that the team gives: they stay as they are. */
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Secrets that the team gives, by id. */
  readonly secrets: Readonly<Record<string, SecretSource>>;
  /** The company's CA bundle, or undefined when builds need none. */
  readonly ca: string | undefined;
  /** Where files with canaries are written. */
  readonly directory: string;
}

/** The CA bundle is mounted by this id; without one, nothing may be there, since a random text is no bundle. */
const CA_ID = "ca-bundle";

/**
 * Plants canaries: in every build argument of a stage that is built whose name says that it is a secret, in the CA bundle
 * that is mounted as a secret, and in every other secret mount that nobody gave a value for.
 */
export async function plantCanaries({
  dockerfile,
  buildArgs: given,
  secrets,
  ca,
  directory,
}: Planting): Promise<Canaries> {
  const canary = () => `canary-${randomBytes(12).toString("hex")}`;
  const names = secretArguments(dockerfile).filter((name) => given[name] === undefined);
  const buildArgs = Object.fromEntries(names.map((name) => [name, canary()]));
  const free = secretMounts(dockerfile).filter(({ id }) => id !== CA_ID && secrets[id] === undefined);
  const mounts = [...new Map(free.map((mount) => [mount.id, mount])).values()];
  const values = Object.values(buildArgs);
  const written: Record<string, SecretSource> = { ...secrets };
  const write = async (id: string, value: string, text: string) => {
    await mkdir(directory, { recursive: true });
    const file = join(directory, id === CA_ID ? "ca-bundle.pem" : `secret-${Object.keys(written).length}`);
    await writeFile(file, text, { mode: 0o600 });
    values.push(value);
    written[id] = file;
  };
  const invented: Record<string, string> = {};
  for (const mount of mounts) {
    const value = canary();
    invented[mount.id] = value;
    await write(mount.id, value, contentOf(mount, value));
  }
  if (ca !== undefined) {
    const value = canary();
    await write(CA_ID, value, `${await readFile(ca, "utf8")}\n# ${value}\n`);
  }
  return { values, buildArgs, secrets: written, invented };
}

/** The same build without what was invented: an optional secret may be left out, a wrong one may break the build. */
export function withoutInvented(canaries: Canaries, dockerfile: Dockerfile): Canaries {
  const required = new Set(secretMounts(dockerfile).flatMap((mount) => (mount.required ? [mount.id] : [])));
  const gone = Object.entries(canaries.invented).filter(([id]) => !required.has(id));
  const isKept = (id: string) => !gone.some(([one]) => one === id);
  const of = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(record).filter(([id]) => isKept(id)));
  const values = canaries.values.filter((value) => !gone.some(([, one]) => one === value));
  return { ...canaries, values, secrets: of(canaries.secrets), invented: of(canaries.invented) };
}

/** A file of settings with nothing but a comment changes no setting; anything else is taken for a token. */
const contentOf = ({ id, path, variable }: SecretMount, canary: string): string =>
  variable === undefined && /(?:\.(?:conf|cfg|ini|toml|env)|netrc|npmrc|pypirc)$/.test(`${id} ${path ?? ""}`)
    ? `# ${canary}\n`
    : canary;

/** Those before the first FROM go into no stage. */
const secretArguments = (dockerfile: Dockerfile): readonly string[] => {
  const names = reachableStages(dockerfile)
    .flatMap(({ instructions }) => instructions)
    .filter(({ keyword }) => keyword === "ARG")
    .flatMap(({ words }) => words.map((word) => word.split("=")[0] ?? ""))
    .filter(namesSecret);
  return [...new Set(names)];
};
