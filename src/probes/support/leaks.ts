import type { Container, LogLine } from "../../engine/engine.ts";
import { redact, redactByShape } from "../../kit/redact.ts";
import type { Contract } from "../../model/types.ts";

interface Watched {
  readonly name: string;
  /** The value, and the password inside it when it is an address. */
  readonly values: readonly string[];
}

/** Shorter ones stand in many logs by chance; so do words, such as the service's own name, until they are long. */
const SHORTEST = 6;
const SHORTEST_OF_WORDS = 20;
const WORDS = /^[a-z]+(?:[-_. ][a-z]+)*$/i;

const canBeTold = (value: string): boolean => value.length >= (WORDS.test(value) ? SHORTEST_OF_WORDS : SHORTEST);

/** Secret variables that the image is started with, and whose value can be told from ordinary words. */
export function watchedSecrets({ env }: Contract): readonly Watched[] {
  return env
    .filter(({ required, given, secret, public: known }) => secret && known !== true && (required || given === true))
    .map(({ name, example }) => ({ name, values: valuesOf(example) }))
    .filter(({ values }) => values.length > 0);
}

function valuesOf(example: string): readonly string[] {
  const password = /:\/\/[^/@\s:]*:([^/\s]+)@/.exec(example)?.[1];
  // An address without its password is no secret: services tell whom they talk to.
  const values = example.includes("://") ? [password ?? ""] : [example];
  return [...new Set([...values, ...values.map(decoded)])].filter((value) => canBeTold(value));
}

/** A library that reads an address shows the password as it is meant. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** Foreign text that goes into a message: without the values of secret variables, and without what looks like a secret. */
export function withoutSecretsOf({ env }: Contract, text: string): string {
  const values = env.flatMap(({ secret, public: known, example }) =>
    secret && known !== true ? valuesOf(example) : [],
  );
  return redactByShape(redact(text, values));
}

/**
 * Names of the secret variables whose value stands in some lines.
 * @param leftOut Variables that the service was started without.
 */
export function leakedIn(
  lines: readonly Pick<LogLine, "text">[],
  contract: Contract,
  leftOut: readonly string[] = [],
): readonly string[] {
  const text = lines.map((line) => line.text).join("\n");
  return namesOf(contract, leftOut, (value) => text.includes(value));
}

/** The same of all that the engine keeps of a log, and not of the end that is kept as evidence. */
export async function leakedInLog(
  container: Pick<Container, "valuesInLog">,
  contract: Contract,
  leftOut: readonly string[] = [],
): Promise<readonly string[]> {
  const wanted = watchedSecrets(contract).flatMap(({ values }) => values);
  const found = new Set(await container.valuesInLog([...new Set(wanted)]));
  return namesOf(contract, leftOut, (value) => found.has(value));
}

const namesOf = (
  contract: Contract,
  leftOut: readonly string[],
  isThere: (value: string) => boolean,
): readonly string[] =>
  watchedSecrets(contract)
    .filter(({ name, values }) => !leftOut.includes(name) && values.some(isThere))
    .map(({ name }) => name);
