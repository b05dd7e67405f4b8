import { UserError } from "../kit/errors.ts";
import { visible } from "../kit/text.ts";

/** An image name after Docker's normalisation. */
export interface ImageRef {
  /** `docker.io`, `ghcr.io`, `127.0.0.1:5000`. */
  readonly registry: string;
  /** `library/python`. */
  readonly repository: string;
  /** Undefined only when the name has a digest and no tag. */
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

const DOMAIN =
  /^(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?$/;
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$|^sha512:[0-9a-f]{128}$/;

/**
 * Reads an image name as Docker does: `python:3.13-slim` is `docker.io/library/python:3.13-slim`.
 * @throws UserError `registry/bad-reference` when Docker would refuse the name.
 */
export function parseReference(text: string): ImageRef {
  const at = text.indexOf("@");
  const digest = at < 0 ? undefined : text.slice(at + 1);
  const named = at < 0 ? text : text.slice(0, at);
  // A colon after the last slash starts the tag; one before it belongs to the registry's port.
  const colon = named.indexOf(":", named.lastIndexOf("/") + 1);
  const tag = colon < 0 ? undefined : named.slice(colon + 1);
  const { registry, repository } = splitName(colon < 0 ? named : named.slice(0, colon));

  const wrong = text.includes("$") ? VARIABLE : (wrongName(registry, repository) ?? wrongSuffix(named, tag, digest));
  if (wrong !== undefined)
    throw new UserError("registry/bad-reference", `\`${visible(text)}\` is not an image name: ${visible(wrong.why)}`, {
      hint: wrong.hint ?? "Write it as `name:tag`, `registry/name:tag` or `name@sha256:…`.",
    });
  return { registry, repository, tag: tag ?? (digest === undefined ? "latest" : undefined), digest };
}

/** The whole name, nothing left to convention: `docker.io/library/python:3.13-slim`. */
export function canonicalName({ registry, repository, tag, digest }: ImageRef): string {
  return `${registry}/${repository}${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;
}

function splitName(name: string): { registry: string; repository: string } {
  const slash = name.indexOf("/");
  const first = name.slice(0, Math.max(slash, 0));
  const isHost = /[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase();
  const registry = isHost ? first : "docker.io";
  const repository = isHost ? name.slice(slash + 1) : name;
  if (registry !== "docker.io" && registry !== "index.docker.io") return { registry, repository };
  return { registry: "docker.io", repository: repository.includes("/") ? repository : `library/${repository}` };
}

interface Wrong {
  readonly why: string;
  readonly hint?: string;
}

const VARIABLE: Wrong = { why: "it holds a variable that has no value", hint: "Give the ARG a default value." };

function wrongName(registry: string, repository: string): Wrong | undefined {
  const lower = repository.toLowerCase();
  if (!DOMAIN.test(registry)) return { why: `\`${registry}\` is no host name` };
  if (repository !== lower) return { why: "the repository must be in lower case", hint: `Write \`${lower}\`.` };
  if (!REPOSITORY.test(repository)) return { why: `\`${repository}\` is no repository name` };
  if (registry.length + 1 + repository.length > 255) return { why: "it is longer than 255 characters" };
  return undefined;
}

function wrongSuffix(named: string, tag: string | undefined, digest: string | undefined): Wrong | undefined {
  if (/^[0-9a-f]{64}$/.test(named)) return { why: "64 hexadecimal digits are an image id, not a name" };
  if (tag !== undefined && !TAG.test(tag)) return { why: `\`${tag}\` is no tag` };
  if (digest !== undefined && !DIGEST.test(digest)) return { why: `\`${digest}\` is no digest` };
  return undefined;
}
