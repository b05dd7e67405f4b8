import type { IncomingMessage, ServerResponse } from "node:http";
import { expect, it } from "vitest";
import { pushedAndPulled } from "../../src/checks/pushed-and-pulled.ts";
import type { Contract, Image, Requirement, Service, Verdict } from "../../src/model/types.ts";
import { registryOf } from "../../src/pipeline/registry-of.ts";
import type { Session } from "../../src/pipeline/session.ts";
import { registryRoundTrip } from "../../src/probes/registry-round-trip.ts";
import { type AccessOptions, type RegistryAccess, registryAccess } from "../../src/registry/access.ts";
import { anonymous } from "../../src/registry/credentials.ts";
import { type Peer, peer } from "./registry-peer.ts";

const INVENTED = `sha256:${"30fe896e".repeat(8)}`;
const access = (changes: Partial<AccessOptions> = {}): RegistryAccess =>
  registryAccess({
    platform: "linux/amd64",
    env: {},
    fetch,
    mirrors: {},
    credentials: anonymous,
    signal: new AbortController().signal,
    ...changes,
  });

it("tells a digest that the registry has from one that was made up, and from silence", async () => {
  await using registry = await peer();
  const image = `${registry.host}/library/python:3`;
  expect(await access().has(`${image}@${registry.digest}`)).toEqual({ known: "yes", said: registry.host });
  expect(await access().has(`${image}@${INVENTED}`)).toMatchObject({
    known: "no",
    said: expect.stringContaining("404, no such image"),
  });
  registry.fault = (_, response) => {
    response.writeHead(403).end();
    return true;
  };
  expect(await access().has(`${image}@${registry.digest}`)).toMatchObject({ known: "unknown" });
  await registry[Symbol.asyncDispose]();
  expect(await access().has(`${image}@${registry.digest}`)).toMatchObject({
    known: "unknown",
    said: expect.stringContaining("no connection"),
  });
});

it("asks the registry as well when the mirror has nothing", async () => {
  await using registry = await peer();
  await using mirror = await peer();
  mirror.fault = (_, response) => {
    response.writeHead(404).end();
    return true;
  };
  const mirrors = { [registry.host]: `http://${mirror.host}` };
  const answer = await access({ mirrors }).has(`${registry.host}/library/python@${registry.digest}`);
  expect(answer).toEqual({ known: "yes", said: registry.host });
});

it("fetches everything below a digest and computes every digest itself", async () => {
  await using registry = await peer();
  const image = `${registry.host}/library/python`;
  const { digest, config, layer, diffId } = registry.layered;
  expect(await access().digestOfTag(`${image}:layered`)).toBe(digest);
  const served = await access().served(`${image}@${digest}`);
  expect(served).toMatchObject({ digest, manifest: digest, config, diffIds: [diffId] });
  expect(served.layers).toEqual([{ digest: layer, bytes: expect.any(Number), diffId }]);
});

it("unpacks no bytes again whose content was computed before, and does where the config names another", async () => {
  await using registry = await peer();
  const image = `${registry.host}/library/python@${registry.layered.digest}`;
  const { layer, diffId } = registry.layered;
  const { layers } = await access().served(image);
  const again = await access().served(image, new Map([[layer, diffId]]));
  expect(again.layers).toEqual(layers.map((one) => ({ ...one, unpackedBefore: true })));
  const damaged = await access().served(image, new Map([[layer, `sha256:${"0".repeat(64)}`]]));
  expect(damaged.layers).toEqual(layers);
  // What came is hashed all the same.
  registry.fault = (request, response) => {
    if (request.url?.endsWith(layer) !== true) return false;
    response.writeHead(200).end("something else");
    return true;
  };
  await expect(access().served(image, new Map([[layer, diffId]]))).rejects.toThrow(
    `the body of ${layer} has the digest`,
  );
});

it("takes the image of the platform out of an index", async () => {
  await using registry = await peer();
  const image = `${registry.host}/library/python@${registry.digest}`;
  // The image in the index is an older one of the tests: its config names no layers.
  await expect(access().served(image)).rejects.toThrow("not of the promised format");
  await expect(access({ platform: "linux/arm64" }).served(image)).rejects.toThrow("nothing for linux/arm64");
});

/** An engine for which a push and a pull always work; what the registry serves is a real server's answer. */
async function verdictOn(registry: Peer, pulled = registry.layered.config): Promise<Verdict> {
  const done: string[] = [];
  const note = (what: string) => (reference: string) => Promise.resolve(void done.push(`${what} ${reference}`));
  const engine = {
    tag: (_: string, reference: string) => note("tag")(reference),
    push: note("push"),
    pull: note("pull"),
    removeImage: note("untag"),
    inspect: () => Promise.resolve({ id: pulled } as Image),
  };
  const repository = `${registry.host}/library/python`;
  const open = access({ pushTo: repository });
  const seen = await registryRoundTrip.collect({
    engine: engine as never,
    image: { id: registry.layered.config } as Image,
    service: {} as Service,
    contract: {} as Contract,
    build: undefined,
    evidenceDirectory: "/runs/20261121-ab/after/evidence",
    shared: {},
    signal: new AbortController().signal,
    // The tag that was pushed is the layered image, whatever it is called.
    registry: { ...open, digestOfTag: () => open.digestOfTag(`${repository}:layered`) },
  });
  const tagged = `${repository}:seaworthy-20261121-ab-after`;
  const byDigest = `${repository}@${registry.layered.digest}`;
  expect(done.slice(0, 4)).toEqual([`tag ${tagged}`, `push ${tagged}`, `untag ${tagged}`, `pull ${byDigest}`]);
  expect(done.slice(4)).toEqual([`untag ${byDigest}`, `untag ${tagged}`]);
  return pushedAndPulled.judge(JSON.parse(JSON.stringify(seen)) as typeof seen, {} as never);
}

it("is the same image after a push and a pull by digest, and leaves nothing in the registry", async () => {
  await using registry = await peer();
  expect(await verdictOn(registry)).toMatchObject({
    status: "pass",
    message: expect.stringContaining("1 layer of"),
    measured: { unit: "bytes" },
  });
  expect(registry.requests.at(-1)).toBe(`DELETE /v2/library/python/manifests/${registry.layered.digest}`);
  expect(await access().has(`${registry.host}/library/python@${registry.layered.digest}`)).toMatchObject({
    known: "no",
  });
});

it("says so when the registry keeps it", async () => {
  await using registry = await peer();
  registry.fault = refuses((request) => request.method === "DELETE");
  expect((await verdictOn(registry)).message).toContain("still there");
});

it("catches an engine that has another image after the pull", async () => {
  await using registry = await peer();
  expect(await verdictOn(registry, INVENTED)).toMatchObject({
    status: "fail",
    message: expect.stringContaining(INVENTED),
  });
});

it("catches a registry that garbles a layer", async () => {
  await using registry = await peer();
  const isLayer = (request: IncomingMessage) => request.url?.endsWith(registry.layered.layer) === true;
  registry.fault = (request, response) => {
    if (!isLayer(request)) return false;
    response.writeHead(200).end("something else");
    return true;
  };
  expect(await verdictOn(registry)).toMatchObject({
    status: "fail",
    message: expect.stringContaining("cannot be read"),
  });
});

it("catches a registry that lost a layer", async () => {
  await using registry = await peer();
  registry.fault = refuses((request) => request.url?.endsWith(registry.layered.layer) === true);
  expect(await verdictOn(registry)).toMatchObject({ status: "fail", message: expect.stringContaining("404") });
});

function refuses(which: (request: IncomingMessage) => boolean) {
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    if (!which(request)) return false;
    response.writeHead(404).end();
    return true;
  };
}

const session = (options: Session["options"], env: Record<string, string> = {}): Session =>
  ({ options, mirrors: {}, platform: "linux/amd64", world: { env, fetch, signal: AbortSignal.abort() } }) as never;
const requirement = (proof: Requirement["proof"]): Requirement => ({ id: "a", text: "b", ...(proof && { proof }) });

it("pushes where the flag says, and where the environment says only when a requirement asks for it", () => {
  const env = { SEAWORTHY_PUSH_TO: "127.0.0.1:5000/proof" };
  const push = { kind: "check", id: "pushed-and-pulled" } as const;
  const asked = [requirement({ kind: "not-provable-here", reason: "no ECR", border: { kind: "all", proofs: [push] } })];
  const other = [requirement({ kind: "check", id: "size" }), requirement(undefined)];
  expect(registryOf(session({}, env), undefined).pushTo).toBeUndefined();
  expect(registryOf(session({}, env), other).pushTo).toBeUndefined();
  expect(registryOf(session({}), asked).pushTo).toBeUndefined();
  expect(registryOf(session({}, env), asked).pushTo).toBe("127.0.0.1:5000/proof");
  expect(registryOf(session({ pushTo: "team/app" }, env), asked).pushTo).toBe("docker.io/team/app");
  expect(() => registryOf(session({ pushTo: "registry.example/app:1" }), [])).toThrow("names an image");
});
