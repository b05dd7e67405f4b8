/** A small registry that speaks the distribution protocol on a free port of 127.0.0.1, with faults to plant. */
import { createHash } from "node:crypto";
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";

const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";

const sha = (body: string | Buffer): string => `sha256:${createHash("sha256").update(body).digest("hex")}`;

export interface Peer extends AsyncDisposable {
  readonly host: string;
  /** Method, path, and the Authorization header when there was one. */
  readonly requests: string[];
  /** Answers before the registry does; true means "answered". */
  fault: (request: IncomingMessage, response: ServerResponse) => boolean;
  readonly digest: string;
  readonly manifestDigest: string;
  readonly configDigest: string;
  /** Of the image with a layer, served as `layered`. */
  readonly layered: {
    readonly digest: string;
    readonly config: string;
    readonly layer: string;
    readonly diffId: string;
  };
}

/** Serves `library/python:3` as an index of one linux/amd64 image, and the image alone as `single`. */
export async function peer(labels: Record<string, string> = {}): Promise<Peer> {
  const config = JSON.stringify({ os: "linux", architecture: "amd64", config: { Labels: labels } });
  const manifest = JSON.stringify({ schemaVersion: 2, config: { digest: sha(config) }, layers: [] });
  const index = JSON.stringify({
    manifests: [
      { digest: sha(manifest), platform: { os: "linux", architecture: "amd64" } },
      { digest: sha("attestation"), platform: { os: "unknown", architecture: "unknown" } },
    ],
  });
  const base = "/v2/library/python";
  const unpacked = "a layer, as it is unpacked\n".repeat(2000);
  const layer = gzipSync(unpacked);
  const layeredConfig = JSON.stringify({ os: "linux", architecture: "amd64", rootfs: { diff_ids: [sha(unpacked)] } });
  const layeredManifest = JSON.stringify({
    schemaVersion: 2,
    config: { digest: sha(layeredConfig) },
    layers: [{ digest: sha(layer), mediaType: "application/vnd.oci.image.layer.v1.tar+gzip" }],
  });
  const served: Record<string, readonly [string, string | Buffer]> = {
    [`${base}/manifests/layered`]: [OCI_MANIFEST, layeredManifest],
    [`${base}/manifests/${sha(layeredManifest)}`]: [OCI_MANIFEST, layeredManifest],
    [`${base}/blobs/${sha(layeredConfig)}`]: ["application/octet-stream", layeredConfig],
    [`${base}/blobs/${sha(layer)}`]: ["application/octet-stream", layer],
    [`${base}/manifests/3`]: [OCI_INDEX, index],
    [`${base}/manifests/single`]: [OCI_MANIFEST, manifest],
    [`${base}/manifests/${sha(index)}`]: [OCI_INDEX, index],
    [`${base}/manifests/${sha(manifest)}`]: [OCI_MANIFEST, manifest],
    [`${base}/blobs/${sha(config)}`]: ["application/octet-stream", config],
  };
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push([request.method, request.url, request.headers.authorization].filter(Boolean).join(" "));
    if (self.fault(request, response)) return;
    const [type, body] = served[request.url ?? ""] ?? [];
    if (type === undefined || body === undefined) {
      response.writeHead(404).end();
      return;
    }
    if (request.method === "DELETE") {
      delete served[request.url ?? ""];
      response.writeHead(202).end();
      return;
    }
    response.writeHead(200, { "content-type": type, "docker-content-digest": sha(body) });
    response.end(request.method === "HEAD" ? undefined : body);
  });
  const self: Peer = {
    host: await listen(server),
    requests,
    fault: () => false,
    digest: sha(index),
    manifestDigest: sha(manifest),
    configDigest: sha(config),
    layered: { digest: sha(layeredManifest), config: sha(layeredConfig), layer: sha(layer), diffId: sha(unpacked) },
    [Symbol.asyncDispose]: async () => await close(server),
  };
  return self;
}

export async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
