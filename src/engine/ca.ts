import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { certificatesIn } from "../kit/certificates.ts";
import { UserError } from "../kit/errors.ts";
import type { ConnectedEngine, Engine } from "./engine.ts";
import { scratchFolder } from "./scratch.ts";

/** Where distributions keep the bundle that their programs read: Debian and Alpine, Red Hat and Amazon Linux, SUSE. */
const BUNDLES = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/ssl/cert.pem",
] as const;
/** From here a later `update-ca-certificates` or `update-ca-trust` takes it again. */
const SOURCES = [
  "/usr/local/share/ca-certificates/seaworthy-company.crt",
  "/etc/pki/ca-trust/source/anchors/seaworthy-company.crt",
] as const;
/** Programs that bring certificates of their own and ask these instead of the system's. */
const VARIABLES = [
  "SSL_CERT_FILE",
  "PIP_CERT",
  "REQUESTS_CA_BUNDLE",
  "CURL_CA_BUNDLE",
  "NODE_EXTRA_CA_CERTS",
  "AWS_CA_BUNDLE",
];
const KEPT_MS = 14 * 24 * 3600_000;

/**
 * The name of an image like `image` that trusts the company's CA bundle in `caFile` too: for builds whose Dockerfile must
 * stay as it is, handed to them as `docker-image://…`. Built once for each image and bundle. Nothing runs in the image,
 * so it needs no shell and no network.
 * @throws UserError `engine/bad-ca` when the file holds no certificate.
 */
export async function substituteBase(
  engine: Engine | ConnectedEngine,
  image: string,
  caFile: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<string> {
  const company = await companyCertificates(caFile);
  const base = await engine.ensure(image);
  const tag = `seaworthy/base:${shortHash(`1\n${base.id}\n${company}`)}`;
  if ((await engine.inspect(tag)) !== undefined) return tag;
  const present = await bundleIn(engine, base.tag);
  const bundle = present ?? { path: BUNDLES[0], text: "" };
  await using scratch = await scratchFolder();
  const context = scratch.path;
  await writeFile(join(context, "bundle.crt"), `${bundle.text.trimEnd()}\n${company}`.trimStart());
  await writeFile(join(context, "company.crt"), company);
  const dockerfile = join(context, "Dockerfile");
  await writeFile(dockerfile, dockerfileFor(image, bundle.path));
  try {
    await engine.build({
      context,
      dockerfile,
      tag,
      noCache: false,
      buildArgs: {},
      secrets: {},
      contexts: {},
      labels: { "seaworthy.base": image },
      keepMs: KEPT_MS,
      logFile: join(context, "build.log"),
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    // Another run was building the same at the same time: the engine refuses a name that has come to be meanwhile.
    if ((await engine.inspect(tag)) === undefined) throw error;
  }
  return tag;
}

export function dockerfileFor(image: string, bundle: string): string {
  return [
    `FROM ${image}`,
    `COPY --chmod=644 bundle.crt ${bundle}`,
    ...SOURCES.filter((path) => path.startsWith("/etc/pki") === bundle.startsWith("/etc/pki")).map(
      (path) => `COPY --chmod=644 company.crt ${path}`,
    ),
    `ENV ${VARIABLES.map((name) => `${name}=${bundle}`).join(" ")}`,
    "",
  ].join("\n");
}

async function companyCertificates(file: string): Promise<string> {
  const read = await certificatesIn(file);
  if ("certificates" in read) return read.certificates;
  throw new UserError("engine/bad-ca", read.problem, {
    hint: "The CA bundle is a PEM file with `-----BEGIN CERTIFICATE-----` blocks.",
  });
}

async function bundleIn(
  engine: Engine | ConnectedEngine,
  image: string,
): Promise<{ readonly path: string; readonly text: string } | undefined> {
  if (!("readFile" in engine)) return undefined;
  for (const path of BUNDLES) {
    const found = await engine.readFile(image, path);
    if (found !== undefined) return { path: found.path, text: found.bytes.toString("utf8") };
  }
  return undefined;
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 24);
}
