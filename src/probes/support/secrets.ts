import { createHash } from "node:crypto";
import { secretsInCommands } from "../../kit/redact.ts";
import { namesSecret } from "../../kit/secret-names.ts";
import { shapedIn } from "../../kit/secret-shapes.ts";

/** A value that looks like a secret, without the value. */
export interface SecretSighting {
  readonly kind: string;
  /** First 12 hex digits of the value's SHA-256: equal values have equal fingerprints, and nobody can read them back. */
  readonly fingerprint: string;
}

/** Secrets of unmistakable shape in a text. */
export function shapedSecrets(text: string): readonly SecretSighting[] {
  return unique(shapedIn(text).map(({ kind, value }) => ({ kind, fingerprint: fingerprint(value) })));
}

/** A value that is read elsewhere, and not written here: `os.environ["TOKEN"]`, `$(cat token)`, `\"$TOKEN\"`, `{token}`. */
const REFERENCE = /^\\*["'`]*(?:\$|\{+[\w.]+\}|(?:os\.)?(?:environ\b|getenv\()|process\.env\b|ENV\[)|^\\*["'`]*$/;
const PLACEHOLDER =
  /^(?:|x+|\*+|<.*>|\$.*|%.*|none|null|true|false|unset|changeme|change-me|placeholder|example|dummy|test|todo|your[-_].*|\d{1,6})$/i;
const URL_PASSWORD = /[a-z][a-z0-9+.-]{0,30}:\/\/[^\s:/@]{0,200}:([^\s@/:]{3,})@/gi;

/** One sighting, unless the value only stands for one. */
export const sighting = (kind: string, value: string): readonly SecretSighting[] =>
  PLACEHOLDER.test(value) || REFERENCE.test(value) ? [] : [{ kind, fingerprint: fingerprint(value) }];

/**
 * `NAME=value` pairs and URLs with a password, where such pairs are meant as values: ENV, history, labels, env files.
 * @param isNone Of a value that opens nothing there.
 */
export function assignedSecrets(
  text: string,
  isNone: (value: string) => boolean = () => false,
): readonly SecretSighting[] {
  const pairs = [...text.matchAll(/(?<![\w$])([A-Za-z_]\w*)=(?:"([^"\n]*)"|'([^'\n]*)'|([^\s"'|&;]*))/g)].flatMap(
    ([, name = "", a, b, c]) => {
      const value = a ?? b ?? c ?? "";
      return namesSecret(name) && !isNone(value) ? sighting(`value of ${name}`, value) : [];
    },
  );
  return unique([...pairs, ...passwordsInUrls(text)]);
}

/** Logins, headers and options of commands, as the history keeps them. */
export const secretsOfCommands = (text: string): readonly SecretSighting[] =>
  unique(secretsInCommands(text).flatMap((value) => sighting("secret of a command", value)));

export const passwordsInUrls = (text: string): readonly SecretSighting[] =>
  unique([...text.matchAll(URL_PASSWORD)].flatMap(([, password = ""]) => sighting("password in a URL", password)));

/** The first digits of a SHA-256, which name a value without telling it. */
export function fingerprint(value: string | Buffer): string {
  return createHash("sha256").update(value).digest("hex").slice(0, 12);
}

function unique(seen: readonly SecretSighting[]): readonly SecretSighting[] {
  return [...new Map(seen.map((one) => [`${one.kind}\n${one.fingerprint}`, one])).values()];
}
