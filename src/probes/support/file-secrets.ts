import { namesSecret } from "../../kit/secret-names.ts";
import { assignedSecrets, passwordsInUrls, type SecretSighting, shapedSecrets, sighting } from "./secrets.ts";

type Reader = (text: string) => readonly SecretSighting[];

/** `machine x login y password z`, on one line or on several. */
const netrc: Reader = (text) =>
  sightingsOf("password of a login", text, /\bpassword\s+(?!login\b|account\b|macdef\b)(\S+)/g);

/** `name = value` of INI and TOML, blanks around it allowed. */
const settings: Reader = (text) =>
  [...text.matchAll(/^[ \t]*([A-Za-z][\w.-]*)[ \t]*[=:][ \t]*["']?([^"'\n#;]+?)["']?[ \t]*$/gm)].flatMap(
    ([, name = "", value = ""]) => (namesSecret(name) ? sighting(`value of ${name}`, value) : []),
  );

/** `host:port:database:user:password`. */
const pgpass: Reader = (text) => sightingsOf("password of a database", text, /^(?!#)(?:[^:\n]*:){4}(\S+)$/gm);

/** A login that Docker keeps is `user:password` in base64, or a token. */
const dockerLogins: Reader = (text) =>
  /"auths"\s*:/.test(text)
    ? sightingsOf("login of a registry", text, /"(?:auth|identitytoken|registrytoken|password)"\s*:\s*"([^"]+)"/g)
    : [];

/** Files that exist to hold values, by their path: there a name or an address is enough. */
const READERS: ReadonlyArray<readonly [path: RegExp, readers: readonly Reader[]]> = [
  [/(?:^|\/)\.env(?:\.(?!(?:example|sample|template|dist)$)[\w.-]+)?$/, [assignedSecrets]],
  [/(?:^|\/)[._]netrc$|(?:^|\/)apt\/auth\.conf(?:\.d\/[^/]+)?$/, [netrc, passwordsInUrls]],
  [/(?:^|\/)\.pgpass$/, [pgpass]],
  [/(?:^|\/)\.git-credentials$|(?:^|\/)\.git\/config$/, [assignedSecrets]],
  [/(?:^|\/)(?:\.pypirc|pip\.(?:conf|ini)|uv\.toml|auth\.toml|credentials)$/, [assignedSecrets, settings]],
  [
    /(?:^|\/)(?:(?:requirements|constraints)[^/]*\.(?:txt|in)|requirements\/[^/]+\.(?:txt|in)|Pipfile(?:\.lock)?|(?:uv|poetry|pdm)\.lock|pyproject\.toml|pylock(?:\.[^./]+)?\.toml)$/,
    [passwordsInUrls],
  ],
  [/(?:^|\/)\.docker\/config\.json$|(?:^|\/)\.dockercfg$|(?:^|\/)containers\/auth\.json$/, [dockerLogins]],
];

/** Secrets in a file, by their shape and by what the file is for. */
export function secretsInFile(path: string, text: string): readonly SecretSighting[] {
  const readers = READERS.filter(([expression]) => expression.test(path)).flatMap(([, own]) => own);
  const seen = [shapedSecrets, ...readers].flatMap((read) => read(text));
  // The same value by two ways is one secret.
  return [...new Map(seen.toReversed().map((one) => [one.fingerprint, one])).values()].toReversed();
}

const sightingsOf = (kind: string, text: string, expression: RegExp): readonly SecretSighting[] =>
  [...text.matchAll(expression)].flatMap(([, value = ""]) => sighting(kind, value));
