import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { allInstructions } from "../dockerfile/parse.ts";
import type { Dockerfile } from "../model/types.ts";

/** Random values given to a build where it takes secrets: if one of them is found in the image, a secret would be too. */
export interface Canaries {
  readonly values: readonly string[];
  readonly buildArgs: Readonly<Record<string, string>>;
  /** The CA bundle with a canary in a comment, for builds that take it as a secret. */
  readonly ca: string | undefined;
}

const SECRET_NAME = /TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|PRIVATE_?KEY|CREDENTIAL/i;

/**
 * Plants canaries: in every build argument whose name says that it is a secret, in the CA bundle that is mounted as a
 * secret, and in an argument that no Dockerfile declares, as a control.
 * @param ca The company's CA bundle, or undefined when builds need none.
 * @param directory Where the marked bundle is written.
 */
export async function plantCanaries(
  dockerfile: Dockerfile,
  given: Readonly<Record<string, string>>,
  ca: string | undefined,
  directory: string,
): Promise<Canaries> {
  const canary = () => `canary-${randomBytes(12).toString("hex")}`;
  const names = ["SEAWORTHY_CANARY_TOKEN", ...secretArguments(dockerfile)].filter((name) => given[name] === undefined);
  const buildArgs = Object.fromEntries(names.map((name) => [name, canary()]));
  if (ca === undefined) return { values: Object.values(buildArgs), buildArgs, ca };
  const inBundle = canary();
  const marked = join(directory, "ca-bundle.pem");
  await mkdir(directory, { recursive: true });
  await writeFile(marked, `${await readFile(ca, "utf8")}\n# ${inBundle}\n`, { mode: 0o600 });
  return { values: [...Object.values(buildArgs), inBundle], buildArgs, ca: marked };
}

const secretArguments = (dockerfile: Dockerfile): readonly string[] =>
  allInstructions(dockerfile)
    .filter(({ keyword }) => keyword === "ARG")
    .flatMap(({ args }) => args.split(/\s+/).map((word) => word.split("=")[0] ?? ""))
    .filter((name) => SECRET_NAME.test(name));
