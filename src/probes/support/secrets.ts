import { createHash } from "node:crypto";

/** A value that looks like a secret, without the value. */
export interface SecretSighting {
  readonly kind: string;
  /** First 12 hex digits of the value's SHA-256: equal values have equal fingerprints, and nobody can read them back. */
  readonly fingerprint: string;
}

interface Pattern {
  readonly kind: string;
  /** Group 1 is the secret. */
  readonly expression: RegExp;
}

/**
 * Shapes that are secrets wherever they stand. A word such as `password` is none: on one image it was seen 27 260
 * times. Those are looked for in ENV, history, labels and env files only, by `assignedSecrets`.
 */
const PATTERNS: readonly Pattern[] = [
  {
    kind: "private key",
    expression: /(-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----\s+[A-Za-z0-9+/=\s:,-]{64,}?-----END)/g,
  },
  { kind: "AWS access key id", expression: /(?<![A-Z0-9])((?:AKIA|ASIA)[A-Z2-7]{16})(?![A-Z0-9])/g },
  {
    kind: "AWS secret key",
    expression: /aws_?secret_?access_?key["']?\s{0,3}[=:]\s{0,3}["']?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/gi,
  },
  { kind: "GitHub token", expression: /(?<!\w)(gh[pousr]_[A-Za-z0-9]{36,251}|github_pat_\w{82})(?!\w)/g },
  { kind: "GitLab token", expression: /(?<!\w)(gl(?:pat|dt|rt|cbt|ptt)-[\w-]{20,})(?!\w)/g },
  { kind: "Slack token", expression: /(?<!\w)(xox[abposr]-\d{6,}-[\w-]{10,})/g },
  { kind: "Stripe key", expression: /(?<!\w)([rs]k_live_[A-Za-z0-9]{20,})/g },
  { kind: "Google API key", expression: /(?<!\w)(AIza[\w-]{35})(?![\w-])/g },
  { kind: "Google service account", expression: /("private_key_id"\s*:\s*"[0-9a-f]{40}")/g },
  { kind: "PyPI token", expression: /(?<!\w)(pypi-AgE[\w-]{50,})/g },
  { kind: "npm token", expression: /(?<!\w)(npm_[A-Za-z0-9]{36})(?!\w)/g },
  { kind: "OpenAI key", expression: /(?<!\w)(sk-(?:proj-)?\w{20,}T3BlbkFJ\w{20,})/g },
  { kind: "Anthropic key", expression: /(?<!\w)(sk-ant-[a-z0-9]+-[\w-]{80,})/g },
  { kind: "SendGrid key", expression: /(?<!\w)(SG\.[\w-]{22}\.[\w-]{43})(?![\w-])/g },
  { kind: "Hugging Face token", expression: /(?<!\w)(hf_[A-Za-z]{34})(?!\w)/g },
  { kind: "Vault token", expression: /(?<!\w)(hv[sb]\.[\w-]{24,})(?![\w-])/g },
  { kind: "DigitalOcean token", expression: /(?<!\w)(do[op]_v1_[0-9a-f]{64})(?!\w)/g },
  { kind: "age key", expression: /(?<!\w)(AGE-SECRET-KEY-1[A-Z0-9]{58})(?!\w)/g },
  { kind: "Azure storage key", expression: /AccountKey=([A-Za-z0-9+/]{86}==)/g },
  { kind: "npm registry token", expression: /:_authToken\s{0,3}=\s{0,3}([\w.+/=-]{16,})/g },
  { kind: "Docker access token", expression: /(?<!\w)(dckr_pat_[\w-]{27,})/g },
];

/** What every pattern begins with: one quick look that most files do not pass. */
const FIRST_LOOK =
  /PRIVATE KEY|AKIA|ASIA|aws_?secret_?access_?key|gh[pousr]_|github_pat_|gl(?:pat|dt|rt|cbt|ptt)-|xox[abposr]-|k_live_|AIza|private_key_id|pypi-AgE|npm_|T3BlbkFJ|sk-ant-|SG\.|hf_|dckr_pat_|hv[sb]\.|do[op]_v1_|AGE-SECRET-KEY|AccountKey=|_authToken/i;

/** Published in documentation as examples, so they are nobody's. */
const KNOWN_EXAMPLES = /EXAMPLE|^AKIAI44QH8DHB|^(?:AKIA|ASIA)([A-Z0-9])\1{6}/;

/** Secrets of unmistakable shape in a text. */
export function shapedSecrets(text: string): readonly SecretSighting[] {
  return unique(shaped(text).map(({ kind, value }) => ({ kind, fingerprint: fingerprint(value) })));
}

/** The same, as values: only for whoever takes them out of what is shown. */
export const shapedValues = (text: string): readonly string[] => shaped(text).map(({ value }) => value);

function shaped(text: string): ReadonlyArray<{ readonly kind: string; readonly value: string }> {
  if (!FIRST_LOOK.test(text)) return [];
  return PATTERNS.flatMap(({ kind, expression }) =>
    [...text.matchAll(expression)]
      .map(([, value = ""]) => ({ kind, value }))
      .filter(({ value }) => !KNOWN_EXAMPLES.test(value)),
  );
}

const SECRET_NAME =
  /(?:^|_)(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|CREDENTIALS?)(?:$|_)/i;
/** `TOKEN_URL`, `SECRET_NAME`, `PASSWORD_FILE`: the name speaks of a secret, the value is none. */
const NOT_THE_VALUE =
  /_(?:FILE|PATH|DIR|URL|URI|NAME|ID|TYPE|TTL|EXPIRY|EXPIRES?|MINUTES|SECONDS|DAYS|ALGORITHM|HEADER|LENGTH|ENABLED|REQUIRED|ARN|MIN|MAX)$/i;
const PLACEHOLDER =
  /^(?:|x+|\*+|<.*>|\$.*|%.*|none|null|true|false|unset|changeme|change-me|placeholder|example|dummy|test|todo|your[-_].*|\d{1,6})$/i;
const URL_PASSWORD = /[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:([^\s@/:]{3,})@/gi;

/** True when the name says that the value must not be shown, and the value is more than a placeholder. */
function isAssignedSecret(name: string, value: string): boolean {
  return SECRET_NAME.test(name) && !NOT_THE_VALUE.test(name) && !PLACEHOLDER.test(value);
}

/** `NAME=value` pairs and URLs with a password, where such pairs are meant as values: ENV, history, labels, env files. */
export function assignedSecrets(text: string): readonly SecretSighting[] {
  const pairs = [...text.matchAll(/(?<![\w$])([A-Za-z_]\w*)=(?:"([^"\n]*)"|'([^'\n]*)'|([^\s"'|&;]*))/g)]
    .map(([, name = "", a, b, c]) => ({ name, value: a ?? b ?? c ?? "" }))
    .filter(({ name, value }) => isAssignedSecret(name, value))
    .map(({ name, value }) => ({ kind: `value of ${name}`, fingerprint: fingerprint(value) }));
  const urls = [...text.matchAll(URL_PASSWORD)]
    .map(([, password = ""]) => password)
    .filter((password) => !PLACEHOLDER.test(password))
    .map((password) => ({ kind: "password in a URL", fingerprint: fingerprint(password) }));
  return unique([...pairs, ...urls]);
}

/** The first digits of a SHA-256, which name a value without telling it. */
export function fingerprint(value: string | Buffer): string {
  return createHash("sha256").update(value).digest("hex").slice(0, 12);
}

function unique(seen: readonly SecretSighting[]): readonly SecretSighting[] {
  return [...new Map(seen.map((one) => [`${one.kind}\n${one.fingerprint}`, one])).values()];
}
