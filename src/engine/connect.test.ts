import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { UserError } from "../kit/errors.ts";
import { connectEngine } from "./connect.ts";
import { endpointsToTry } from "./endpoint.ts";
import { EngineHttp } from "./http.ts";
import { notFound } from "./not-found.ts";
import { watched } from "./watch.ts";

let folder: string;
let servers: Server[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seaworthy-connect-"));
  servers = [];
});
afterEach(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await rm(folder, { recursive: true, force: true });
});

/** An engine that answers what it is told to, on a socket of its own. */
async function fakeEngine(
  version: unknown,
  other: RequestListener = () => {},
): Promise<{ host: string; server: Server }> {
  const path = join(folder, `engine-${servers.length}.sock`);
  const server = createServer((request, response) => {
    if (request.url?.endsWith("/version") === true) response.end(JSON.stringify(version));
    else if (request.url?.endsWith("/info") === true) response.end(JSON.stringify({ Driver: "overlay2" }));
    else other(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return { host: `unix://${path}`, server };
}
const never = new AbortController().signal;
const docker = { Version: "28.0.1", ApiVersion: "1.48", Components: [{ Name: "Engine", Version: "28.0.1" }] };
const signal = never;

it("recognises Docker and Podman by what they say, not by their path", async () => {
  const podman = { ...docker, ApiVersion: "1.41", Components: [{ Name: "Podman Engine", Version: "5.2.0" }] };
  const [first, second] = [await fakeEngine(docker), await fakeEngine(podman)];
  const env = { HOME: folder };
  expect(await connectEngine({ host: first.host, runId: "r", signal, env })).toMatchObject({
    name: "docker",
    version: "28.0.1",
    store: "overlay2",
    strictReadOnly: true,
  });
  expect(await connectEngine({ runId: "r", signal, env: { ...env, DOCKER_HOST: second.host } })).toMatchObject({
    name: "podman",
    version: "5.2.0",
    strictReadOnly: false,
  });
});

it("asks no further than what the user named", async () => {
  const names = async (host: string | undefined, env: Record<string, string>) =>
    (await endpointsToTry(host, { HOME: folder, ...env })).map((each) => each.source);
  expect(await names("tcp://h:1", { DOCKER_HOST: "tcp://i:2" })).toEqual(["--engine"]);
  expect(await names(undefined, { DOCKER_HOST: "tcp://i:2", DOCKER_CONTEXT: "far" })).toEqual(["DOCKER_HOST"]);
  await expect(names(undefined, { DOCKER_CONTEXT: "far" })).rejects.toMatchObject({ code: "engine/no-context" });
  await expect(names("npipe:////./pipe/docker", {})).rejects.toMatchObject({ code: "engine/unsupported-host" });
});

it("finds rootless engines where they listen, Docker's before Podman's", async () => {
  const env = { HOME: join(folder, "home"), XDG_RUNTIME_DIR: folder };
  const found = async () => (await endpointsToTry(undefined, env)).map(({ host }) => host);
  expect((await found()).join()).not.toContain(folder);
  await mkdir(join(folder, "podman"));
  for (const socket of ["podman/podman.sock", "docker.sock"]) await writeFile(join(folder, socket), "");
  expect((await found()).filter((host) => host.includes(folder))).toEqual([
    `unix://${folder}/docker.sock`,
    `unix://${folder}/podman/podman.sock`,
  ]);
});

it("reads addresses as docker does, and gives ssh no options", async () => {
  const at = async (host: string, env: Record<string, string> = {}) =>
    (await endpointsToTry(host, { HOME: folder, ...env }))[0];
  expect(await at("tcp://h")).toMatchObject({ address: { host: "h", port: 2375 } });
  expect(await at("tcp://h")).not.toHaveProperty("tls");
  expect(await at("tcp://h", { DOCKER_TLS_VERIFY: "1" })).toMatchObject({ address: { port: 2376 }, tls: { keys: {} } });
  expect(await at("unix:///run/engine", { DOCKER_TLS_VERIFY: "1" })).not.toHaveProperty("tls");
  expect(await at("ssh://me@[fe80::1]:22/run/podman.sock")).toMatchObject({
    address: { ssh: { user: "me", host: "fe80::1", port: 22, socket: "/run/podman.sock" } },
  });
  for (const host of ["ssh://-oProxyCommand=x", "ssh://-lroot@host"])
    await expect(at(host)).rejects.toMatchObject({ code: "engine/unsupported-host" });
});

it("follows the docker context in use", async () => {
  const id = createHash("sha256").update("far").digest("hex");
  await mkdir(join(folder, ".docker/contexts/meta", id), { recursive: true });
  await writeFile(join(folder, ".docker/config.json"), JSON.stringify({ currentContext: "far" }));
  await writeFile(
    join(folder, ".docker/contexts/meta", id, "meta.json"),
    JSON.stringify({ Name: "far", Endpoints: { docker: { Host: "tcp://10.0.0.9:2375" } } }),
  );
  expect(await endpointsToTry(undefined, { HOME: folder })).toMatchObject([
    { source: "context far", context: "far", address: { host: "10.0.0.9", port: 2375 } },
  ]);
  const meta = join(folder, ".docker/contexts/meta", id, "meta.json");
  for (const shape of ["null", "[]", '{"Endpoints":{"docker":null}}', '{"Endpoints":{"docker":{"Host":7}}}']) {
    await writeFile(meta, shape);
    await expect(endpointsToTry(undefined, { HOME: folder })).rejects.toMatchObject({ code: "engine/no-context" });
  }
  await writeFile(meta, "{");
  const refused = { code: "engine/bad-docker-config", where: { file: meta } };
  await expect(endpointsToTry(undefined, { HOME: folder })).rejects.toMatchObject(refused);
  await writeFile(join(folder, ".docker/config.json"), '{"currentContext":7}');
  expect((await endpointsToTry(undefined, { HOME: folder })).map(({ context }) => context)).not.toContain("far");
  await writeFile(join(folder, ".docker/config.json"), "{");
  await expect(endpointsToTry(undefined, { HOME: folder })).rejects.toMatchObject({ code: "engine/bad-docker-config" });
});

it("says what it tried when no engine answers", async () => {
  const host = `unix://${folder}/nobody.sock`;
  await expect(connectEngine({ host, runId: "r", signal, env: {} })).rejects.toMatchObject({
    code: "engine/not-found",
    details: [expect.stringContaining("nobody.sock")],
  });
});

it("names the engines that it did not try, since another was named", async () => {
  const { host } = await fakeEngine(docker);
  const there = join(folder, "docker.sock");
  await symlink(host.replace("unix://", ""), there);
  const env = { HOME: folder, XDG_RUNTIME_DIR: folder };
  const dead = `unix://${folder}/nobody.sock`;
  await expect(connectEngine({ runId: "r", signal, env: { ...env, DOCKER_HOST: dead } })).rejects.toMatchObject({
    code: "engine/not-found",
    details: [expect.stringMatching(new RegExp(`^DOCKER_HOST: ${dead}: .*ENOENT`))],
    hint: expect.stringMatching(new RegExp(`Not tried, since one was named: .*unix://${there}`)) as string,
  });
  expect(await connectEngine({ runId: "r", signal, env })).toMatchObject({ name: "docker" });
});

it("says what is left without an engine, and of a socket that belongs to others how to get in", () => {
  const [endpoint] = [{ source: "DOCKER_HOST", host: "unix:///s", address: { socketPath: "/s" } }];
  const hintOf = (code: string) => {
    const cause = Object.assign(new Error(`connect ${code} /s`), { code });
    const error = new UserError("engine/lost", "The container engine at unix:///s stopped answering", {
      hint: "",
      cause,
    });
    return notFound([endpoint], [{ endpoint, error }], { env: {} }).hint;
  };
  expect(hintOf("EACCES")).toMatch(/may not open the engine's socket.*group/);
  expect(hintOf("EACCES")).not.toContain("Start Docker");
  expect(hintOf("ECONNREFUSED")).toMatch(/^Start Docker or Podman/);
  expect(hintOf("ECONNREFUSED")).toContain("`seaworthy analyze` and `seaworthy rework` need none");
});

it("refuses an engine that is too old", async () => {
  const { host } = await fakeEngine({ Version: "19.03", ApiVersion: "1.40" });
  await expect(connectEngine({ host, runId: "r", signal, env: {} })).rejects.toMatchObject({ code: "engine/too-old" });
});

it("says that the engine is lost when it dies in the middle of an answer, or before", async () => {
  const { host, server } = await fakeEngine(docker, (request, response) => {
    if (request.url?.includes("/images/") === true) response.write('{"Id":');
    setImmediate(() => server.closeAllConnections());
  });
  const engine = await connectEngine({ host, runId: "r", signal, env: {} });
  await expect(engine.inspect("x")).rejects.toMatchObject({ code: "engine/lost" });
  await expect(engine.start("x", {})).rejects.toMatchObject({ code: "engine/lost" });
});

it("says that the engine is lost when it says nothing any more", async () => {
  const { host } = await fakeEngine(docker);
  const engine = await connectEngine({ host, runId: "r", signal, env: {}, patienceMs: 100 });
  await expect(engine.inspect("x")).rejects.toMatchObject({
    code: "engine/lost",
    message: expect.stringContaining("100 ms"),
  });
});

it("notices a silent engine while it waits for something long", async () => {
  const { host } = await fakeEngine(docker);
  const endpoint = { host, source: "test", address: { socketPath: host.slice("unix://".length) } };
  const http = new EngineHttp(endpoint, never);
  const long = (both: AbortSignal) => http.json("POST", "/containers/x/wait", { signal: both, timeoutMs: 0 });
  const heartbeat = { everyMs: 20, patienceMs: 50 };
  await expect(watched(http, never, long, heartbeat)).rejects.toMatchObject({ code: "engine/lost" });
  await expect(watched(http, AbortSignal.timeout(30), long)).rejects.toMatchObject({ name: "TimeoutError" });
  http.close();
});

it("ends its calls with the signal's reason", async () => {
  const controller = new AbortController();
  const { host } = await fakeEngine(docker);
  const engine = await connectEngine({ host, runId: "r", signal: controller.signal, env: {} });
  const asked = engine.inspect("x");
  const reason = new Error("Ctrl-C");
  controller.abort(reason);
  await expect(asked).rejects.toBe(reason);
});
