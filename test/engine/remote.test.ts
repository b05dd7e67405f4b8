import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectEngine } from "../../src/engine/connect.ts";
import type { CheckResult } from "../../src/model/types.ts";
import { BASE, buildFolder, connect, soon } from "./engine-fixture.ts";
import { leftOf, seaworthy } from "./support/cli.ts";
import { besideDatabase } from "./support/compose-sidecars.ts";
import { afresh, type Env, tlsEndpoint, withContext as contextIn } from "./support/docker-context.ts";
import { noSshServer, type SshServer, sshServer } from "./support/ssh-server.ts";
import { tcpDoor, type TcpDoor, tlsDoor, type TlsDoor } from "./support/tcp-door.ts";
import { tinyConfiguration, tinyService } from "./support/tiny-service.ts";
import type { UserError } from "../../src/kit/errors.ts";

/** Every way to an engine that docker knows, each with a real engine at its end: all of it has to work from afar. */

const SERVER = `
import http.server, signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"hello")
http.server.ThreadingHTTPServer(("0.0.0.0", 8000), H).serve_forever()
`;

let tcp: TcpDoor;
let tls: TlsDoor;
let other: TlsDoor;
let folder: string;
beforeAll(async () => {
  [tcp, tls, other] = await Promise.all([tcpDoor(), tlsDoor("IP:127.0.0.1"), tlsDoor("DNS:elsewhere.example")]);
  folder = await mkdtemp(join(tmpdir(), "sw-remote-"));
  await using engine = await connect();
  await engine.ensure(BASE);
});
afterAll(async () => {
  for (const door of [tcp, tls, other]) await door[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const withContext = (name: string, endpoint: string) => contextIn(folder, name, endpoint);

/** One life of a service on the engine: built, started, asked, looked at, stopped, removed. Returns its exit code. */
async function lifeOn(env: Env): Promise<number> {
  // The command line is started in our own environment, as it is for a user.
  const before = { ...process.env };
  Object.assign(process.env, env);
  for (const [name, value] of Object.entries(env)) if (value === undefined) delete process.env[name];
  try {
    await using files = await buildFolder({ Dockerfile: `FROM ${BASE}\nRUN echo ${randomBytes(6).toString("hex")}\n` });
    const runId = `test-${randomBytes(4).toString("hex")}`;
    await using engine = await connectEngine({ runId, signal: soon(), env });
    const { image } = await engine.build(files.request());
    await using _ = { [Symbol.asyncDispose]: () => engine.removeImage(image.tag) };
    const mounts = [{ source: files.path, target: "/copied", readOnly: true }];
    await using container = await engine.start(image.tag, {
      entrypoint: ["python3", "-c", SERVER],
      command: [],
      publish: [8000],
      mounts,
    });
    const ask = () => fetch(container.url(8000, "/"), { signal: AbortSignal.timeout(2000) }).then((got) => got.text());
    const why = async (error: Error) => {
      const cause = error.cause instanceof Error ? error.cause.message : error.message;
      const log = (await container.logs()).map(({ text }) => text);
      return `${container.url(8000, "/").href}: ${cause}: ${log.slice(-5).join("; ")}`;
    };
    await expect.poll(() => ask().catch(why), { timeout: 60_000 }).toBe("hello");
    expect(await container.exec(["ls", "/copied"])).toMatchObject({ code: 0, stdout: expect.stringMatching(/Docker/) });
    expect((await container.processes())[0]).toMatchObject({ pid: 1, uid: 0 });
    const exited = container.exited(soon());
    await container.signal("SIGTERM");
    return (await exited).code;
  } finally {
    for (const name of Object.keys(env)) delete process.env[name];
    Object.assign(process.env, before);
  }
}

const refusal = (env: Env) =>
  connectEngine({ runId: "test-refused", signal: soon(), env }).then(
    () => "it connected",
    (error: unknown) => (error as UserError).details.join("\n"),
  );

describe("over TCP", () => {
  it("works without TLS", async () => {
    expect(await lifeOn(afresh({ DOCKER_HOST: `tcp://127.0.0.1:${tcp.port}` }))).toBe(0);
  });

  it("works with TLS, both sides verified", async () => {
    const host = `tcp://127.0.0.1:${tls.port}`;
    const env = afresh({ DOCKER_HOST: host, DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: tls.keys });
    expect(await lifeOn(env)).toBe(0);
  });

  it("speaks to no engine that proves another name, or knows another authority, and to none without a key", async () => {
    const verified = (door: TlsDoor, keys: string) =>
      refusal({ DOCKER_HOST: `tcp://127.0.0.1:${door.port}`, DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: keys });
    expect(await verified(other, other.keys)).toMatch(/IP: 127\.0\.0\.1 is not in the cert's list/);
    expect(await verified(tls, other.keys)).toMatch(/unable to (?:verify|get)|self-signed|signature/i);
    expect(await verified(tls, join(folder, "nowhere"))).toMatch(/unable to (?:verify|get)|self-signed/i);
    expect(await refusal({ DOCKER_HOST: `tcp://127.0.0.1:${tls.port}` })).toMatch(/^DOCKER_HOST/);
  });
});

describe("over the docker context in use", () => {
  it("works on a socket", async () => {
    const socket = process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock";
    expect(await lifeOn(await withContext("near", `host=${socket}`))).toBe(0);
  });

  it("works with the keys that the context keeps", async () => {
    expect(await lifeOn(await withContext("far", tlsEndpoint(tls.port, tls.keys)))).toBe(0);
  });

  it("works where the context trusts a certificate for another name", async () => {
    const trusting = `${tlsEndpoint(other.port, other.keys)},skip-tls-verify=true`;
    expect(await lifeOn(await withContext("trusting", trusting))).toBe(0);
  });
});

const skipped = noSshServer === undefined ? "" : ` (skipped: ${noSshServer})`;
describe.skipIf(noSshServer !== undefined)(`over ssh${skipped}`, () => {
  let server: SshServer;
  beforeAll(async () => {
    server = await sshServer();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const tunnels = async () => (await readdir(tmpdir())).filter((name) => name.startsWith("seaworthy-ssh-"));

  it("works with docker over there, and leaves no connection", async () => {
    expect(await lifeOn(afresh({ ...server.env, DOCKER_HOST: "ssh://lab-engine" }))).toBe(0);
    expect(await tunnels()).toEqual([]);
  });

  it("works with a socket over there", async () => {
    const socket = (process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock").replace("unix://", "");
    expect(await lifeOn(afresh({ ...server.env, DOCKER_HOST: `ssh://root@lab-engine${socket}` }))).toBe(0);
  });

  it("works over a context", async () => {
    const context = await withContext("ssh", "host=ssh://lab-engine");
    expect(await lifeOn({ ...context, ...server.env })).toBe(0);
  });

  it("says in ssh's words why it does not get there", async () => {
    const before = process.env["PATH"];
    process.env["PATH"] = server.env["PATH"];
    try {
      expect(await refusal({ DOCKER_HOST: "ssh://nobody@lab-engine" })).toMatch(/Permission denied \(publickey\)/);
      expect(await tunnels()).toEqual([]);
    } finally {
      process.env["PATH"] = before;
    }
  });

  it("runs a database, a cache and the roles of a Compose file over there", async () => {
    const runId = `test-${randomBytes(4).toString("hex")}`;
    const before = process.env["PATH"];
    process.env["PATH"] = server.env["PATH"];
    try {
      const env = afresh({ ...server.env, DOCKER_HOST: "ssh://lab-engine" });
      await using engine = await connectEngine({ runId, signal: soon(), env });
      await using files = await buildFolder({ Dockerfile: `FROM ${BASE}\nUSER 1001:1001\n` });
      const { image } = await engine.build(files.request());
      await using _ = { [Symbol.asyncDispose]: () => engine.removeImage(image.tag) };
      const verdicts = await besideDatabase(engine, image, { runId, directory: folder });
      expect(verdicts).toMatchObject([{ status: "pass" }, { status: "pass" }]);
    } finally {
      process.env["PATH"] = before;
    }
    expect(await tunnels()).toEqual([]);
  });

  it("proves a service from end to end, with a sidecar that it asks at its start", async () => {
    const sidecar = "sidecars: [{ name: store, build: store, port: 9999, health: / }]\n";
    await using fixture = await tinyService({
      "store/Dockerfile": `FROM ${BASE}\nCMD ["python", "-m", "http.server", "9999"]\n`,
      "seaworthy.yaml": tinyConfiguration(sidecar).replace('"hello"', '"http://{store}"'),
      "tiny/__init__.py": `import os, urllib.request\nurllib.request.urlopen(os.environ["TINY_GREETING"], timeout=5)\n`,
    });
    const env = { ...server.env, DOCKER_HOST: "ssh://lab-engine" };
    const { stdout, stderr } = await seaworthy(["verify", "--quick", "--json", `${fixture.folder}/`], env);
    if (!stdout.startsWith("[")) throw new Error(stderr);
    const checks = JSON.parse(stdout) as readonly CheckResult[];
    const statuses = Object.fromEntries(checks.map(({ id, status }) => [id, status]));
    expect(statuses).toMatchObject({ builds: "pass", "becomes-healthy": "pass", "no-secrets-in-layers": "pass" });
    expect(await leftOf(fixture.folder)).toEqual([]);
    expect(await tunnels()).toEqual([]);
  });
});
