import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { UserError } from "../kit/errors.ts";
import type { Endpoint, Tls } from "./endpoint.ts";

interface Reason {
  readonly why: string;
  readonly hint: string;
}

const UNTRUSTED = new Set([
  "CERT_SIGNATURE_FAILURE",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);
/** The connection came about and was ended before a word was said: to a client that is not let in. */
const ENDED = new Set(["ECONNRESET", "EPIPE"]);

/** Says which of the certificates is to blame where no TLS came about; undefined where something else is the matter. */
export function tlsFailure(endpoint: Endpoint, error: unknown): UserError | undefined {
  if (!("host" in endpoint.address) || !(error instanceof Error)) return undefined;
  const cause = error.cause instanceof Error ? error.cause : error;
  const code = "code" in cause ? String(cause.code) : "";
  const { host, source, tls, context } = endpoint;
  const found = tls === undefined ? plainReason(code, cause.message) : reasonOf(tls, context, code, cause.message);
  if (found === undefined) return undefined;
  return new UserError("engine/tls-failed", `No TLS with the container engine at ${host}: ${found.why}`, {
    hint: found.hint,
    details: [`${source}: ${ownWords(cause.message)}`],
    cause,
  });
}

/** Docker answers a plain request in plain words, others only end it. */
function plainReason(code: string, words: string): Reason | undefined {
  const told = words.includes("HTTP request to an HTTPS server");
  if (!told && !ENDED.has(code)) return undefined;
  return {
    why: told ? "it was asked without" : "it was asked without, and ended the connection",
    hint: "Where the engine speaks TLS, set DOCKER_TLS_VERIFY=1, and DOCKER_CERT_PATH to the folder of your keys.",
  };
}

function reasonOf(tls: Tls, context: string | undefined, code: string, words: string): Reason | undefined {
  const put = (what: string, file: string) =>
    context === undefined
      ? `Put ${what} into ${join(tls.folder, file)}.`
      : `Give ${what} to the context, with \`docker context update ${context}\`.`;
  if (UNTRUSTED.has(code)) {
    const whose = tls.keys.ca === undefined ? "this machine trusts" : `${join(tls.folder, "ca.pem")} holds`;
    return {
      why: `no authority that ${whose} signed the engine's certificate`,
      hint: put("the certificate of the authority that signed it", "ca.pem"),
    };
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return {
      why: "the engine's certificate is for another name",
      hint: "Name the engine as its certificate does, or give it a certificate for this name.",
    };
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID")
    return {
      why: `the engine's certificate ${code === "CERT_HAS_EXPIRED" ? "has expired" : "is not valid yet"}`,
      hint: "Renew it on the engine's machine; where it is good, set the clock of this machine.",
    };
  if (words.includes("wrong version number"))
    return {
      why: "it does not speak TLS at this port",
      hint: "Name the port at which it does, usually 2376, or leave DOCKER_TLS_VERIFY and the keys of the context away.",
    };
  if (code.startsWith("ERR_OSSL_") || code === "ERR_MISSING_PASSPHRASE")
    return {
      why: `cert.pem and key.pem in ${tls.folder} cannot be used`,
      hint: put("the certificate and the key of one client, as PEM and without a passphrase,", ""),
    };
  if (!/\balert\b/.test(words) && !ENDED.has(code)) return undefined;
  return {
    why: clientReason(tls),
    hint: put("a client's certificate that the engine's authority signed, and its key,", ""),
  };
}

/** The engine says little about a client that it does not let in: what is known of the client's keys says more. */
function clientReason({ folder, keys: { cert, key } }: Tls): string {
  if (cert === undefined || key === undefined) {
    const missing = cert === undefined ? "cert.pem" : "key.pem";
    return `it lets no client in without a certificate, and ${folder} has no ${missing}`;
  }
  const file = join(folder, "cert.pem");
  const until = new Date(new X509Certificate(cert).validTo);
  return until.getTime() < Date.now()
    ? `the client's certificate ${file} expired on ${until.toISOString().slice(0, 10)}`
    : `it ended the connection, as it does with a client whose certificate it does not accept: ${file}`;
}

/** OpenSSL's words without its numbers and the lines of its source. */
const ownWords = (message: string): string => /SSL routines:\w*:([^:]+)/.exec(message)?.[1] ?? message.trim();
