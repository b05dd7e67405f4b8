import { REDACTED } from "../../kit/redact.ts";
import { withoutValues } from "../../kit/redact-data.ts";
import { shapedIn } from "../../kit/secret-shapes.ts";
import type { Contract, Expectation } from "../../model/types.ts";

/** Headers, variables, options and fields whose value is for nobody's eyes. */
const SECRET_NAME =
  /authorization|cookie|credential|passw|passphrase|secret|session|signature|token|(?:api|access|auth|private|signing)[-_]?key/i;
/** Whatever the header is called. */
const SCHEME = /^(?:Bearer|Basic|Token|Digest|Negotiate|AWS4-HMAC-SHA256)\s+(.+)$/is;
/** `name=value`, `"name": "value"`, `--name value`. */
const ASSIGNED = /(?:([\w-]+)["']?\s*[:=]\s*["']?|(--[\w-]+)\s+)([^\s"'&,;}]+)/g;
const URL_PASSWORD = /[a-z][a-z0-9+.-]{0,60}:\/\/[^\s:/@]*:([^\s@/]+)@/gi;

/** The contract as a report may show it: everybody reads reports, and what the team sends to prove its service is its own. */
export function withoutSecrets(contract: Contract): Contract {
  const { expectations, websocket } = contract;
  if (expectations === undefined && websocket === undefined) return contract;
  return {
    ...contract,
    ...(websocket && { websocket: withoutSecretsOf(websocket) }),
    ...(expectations && { expectations: expectations.map(withoutOwnSecrets) }),
  };
}

type OwnWebSocket = NonNullable<Contract["websocket"]>;

function withoutSecretsOf(websocket: OwnWebSocket): OwnWebSocket {
  const shown = withoutValues(websocket, webSocketSecrets(websocket));
  return { ...shown, ...(shown.headers && { headers: withoutSecretHeaders(shown.headers) }) };
}

/** What of it must not be shown, wherever it turns up. */
export const webSocketSecrets = ({ path, headers = {} }: OwnWebSocket): readonly string[] => [
  ...Object.entries(headers).flatMap(ofPair),
  ...inText(path),
];

function withoutOwnSecrets(expectation: Expectation): Expectation {
  const { id, title, where } = expectation;
  const shown: Expectation = { ...withoutValues(expectation, secretValues(expectation)), id, title, where };
  if (shown.kind === "http") return { ...shown, headers: withoutSecretHeaders(shown.headers) };
  if (shown.kind === "command") return { ...shown, env: withoutSecretHeaders(shown.env) };
  return shown;
}

/** Whatever its length: `redact` leaves short values alone, since elsewhere they would be found everywhere. */
const withoutSecretHeaders = (values: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, isSecret(name, value) ? REDACTED : value]));

const isSecret = (name: string, value: string): boolean => SECRET_NAME.test(name) || SCHEME.test(value);

/** What of a check of the team must not be shown, wherever it turns up. */
export function secretValues(expectation: Expectation): readonly string[] {
  if (expectation.kind === "http") {
    const { headers, body = "", path } = expectation;
    return [...Object.entries(headers).flatMap(ofPair), ...inText(body), ...inText(path)];
  }
  if (expectation.kind !== "command") return [];
  const lines = [expectation.argv, ...expectation.setup].map((argv) => argv.join(" "));
  return [...Object.entries(expectation.env).flatMap(ofPair), ...lines.flatMap(inText)];
}

function ofPair([name, value]: readonly [string, string]): readonly string[] {
  if (!isSecret(name, value)) return inText(value);
  const credentials = SCHEME.exec(value)?.[1];
  const parts = /cookie/i.test(name) ? value.split(/;\s*/).map((part) => part.slice(part.indexOf("=") + 1)) : [];
  return [value, ...(credentials === undefined ? [] : [credentials, ...passwordOf(value, credentials)]), ...parts];
}

/** Basic says `user:password` in base64, and a service may repeat either. */
function passwordOf(value: string, credentials: string): readonly string[] {
  if (!/^Basic\s/i.test(value)) return [];
  const plain = Buffer.from(credentials, "base64").toString("utf8");
  return plain.includes(":") ? [plain, plain.slice(plain.indexOf(":") + 1)] : [];
}

function inText(text: string): readonly string[] {
  const assigned = [...text.matchAll(ASSIGNED)].filter(([, name, option]) => SECRET_NAME.test(name ?? option ?? ""));
  const passwords = [...text.matchAll(URL_PASSWORD)].map(([, password = ""]) => password);
  return [...shapedIn(text).map(({ value }) => value), ...assigned.map(([, , , value = ""]) => value), ...passwords];
}
