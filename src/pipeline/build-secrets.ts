import { constants, promises } from "node:fs";
import { resolve } from "node:path";
import type { SecretSource } from "../engine/engine.ts";
import { UserError } from "../kit/errors.ts";
import { readText } from "../kit/files.ts";
import { isDistinctive, secretLines, secretsIn } from "../kit/redact.ts";
import { CONFIG_FILE } from "./config.ts";
import type { Session } from "./session.ts";

/**
 * The secrets that the team gives to its builds. Each must be there: a build that fails for want of one says less.
 * @throws UserError `config/no-build-secret`.
 */
export async function buildSecretsOf({
  config,
  folder,
  world,
}: Pick<Session, "config" | "folder" | "world">): Promise<Readonly<Record<string, SecretSource>>> {
  const sources: Record<string, SecretSource> = {};
  for (const [id, { file, env }] of Object.entries(config.buildSecrets)) {
    if ((file === undefined) === (env === undefined))
      throw missing(id, "it needs either `file` or `env`", "Write `{ file: PATH }` or `{ env: VARIABLE }`.");
    if (env !== undefined) {
      if (!world.env[env]) throw missing(id, `the variable ${env} is not set`, `Set ${env} where seaworthy runs.`);
      sources[id] = { env };
    } else if (file !== undefined) {
      const path = resolve(folder, file.replace(/^~(?=\/)/, world.env["HOME"] ?? "~"));
      const isThere = await promises.access(path, constants.R_OK).then(
        () => true,
        () => false,
      );
      if (!isThere)
        throw missing(id, `the file ${file} cannot be read`, "Its path is relative to the service's folder.");
      sources[id] = path;
    }
  }
  return sources;
}

/** What they hold, for whoever takes it out of what is shown. */
export async function valuesOf(session: From): Promise<readonly string[]> {
  return (await textsOf(session)).flatMap(secretLines);
}

/**
 * What of them can be recognised in an image: a token that is all there is, and the passwords in settings. Not their other
 * lines, which may stand in an image and be nobody's secret.
 */
export async function recognisableIn(session: From): Promise<readonly string[]> {
  return [...new Set((await textsOf(session)).flatMap(recognisable))];
}

export function recognisable(text: string): readonly string[] {
  const whole = text.trim();
  // As `.netrc` has them.
  const words = [...text.matchAll(/\bpassword\s+(\S+)/g)].flatMap(([, value]) => value ?? []);
  return [...(/\s/.test(whole) ? [] : [whole]), ...words, ...secretsIn(text)].filter(isDistinctive);
}

type From = Pick<Session, "config" | "folder" | "world">;

async function textsOf(session: From): Promise<readonly string[]> {
  const sources = Object.values(await buildSecretsOf(session));
  const texts = sources.map(async (source) =>
    typeof source === "string" ? ((await readText(source)) ?? "") : (session.world.env[source.env] ?? ""),
  );
  return await Promise.all(texts);
}

const missing = (id: string, problem: string, hint: string): UserError =>
  new UserError("config/no-build-secret", `The build secret \`${id}\` cannot be given: ${problem}`, {
    hint,
    where: { file: CONFIG_FILE },
  });
