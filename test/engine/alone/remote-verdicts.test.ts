import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../../../src/kit/exec.ts";
import type { CheckResult, Image } from "../../../src/model/types.ts";
import { BASE } from "../engine-fixture.ts";
import { builtImages } from "../support/built-images.ts";
import { leftOf, seaworthy } from "../support/cli.ts";
import { addContext, type Env, tlsEndpoint, withContext } from "../support/docker-context.ts";
import { tcpDoor, type TcpDoor, tlsDoor, type TlsDoor } from "../support/tcp-door.ts";

/** The command line judges one image over each way to its engine: what it says must not depend on the way. */

const SERVER = `import http.server, signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
http.server.ThreadingHTTPServer(("0.0.0.0", 8000), http.server.SimpleHTTPRequestHandler).serve_forever()
`;
// As root: one of the seven has to fail over each way, too.
const FILES = {
  Dockerfile: `FROM ${BASE}\nWORKDIR /app\nCOPY server.py .\nEXPOSE 8000\nCMD ["python", "server.py"]\n`,
  "server.py": SERVER,
};

const images = builtImages();
let image: Image;
let tcp: TcpDoor;
let tls: TlsDoor;
let folder: string;
beforeAll(async () => {
  [tcp, tls] = await Promise.all([tcpDoor(), tlsDoor("IP:127.0.0.1")]);
  folder = await mkdtemp(join(tmpdir(), "sw-ways-"));
  image = await images.build(FILES);
});
afterAll(async () => {
  for (const door of [tcp, tls]) await door[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** The command line as with that alone set; an empty DOCKER_HOST is none. */
async function verified(env: Env) {
  const judged = await mkdtemp(join(folder, "judged-"));
  const set = Object.entries({ DOCKER_HOST: "", ...env }).map(([name, value]) => [name, value ?? ""]);
  const asked = Object.fromEntries(set) as Record<string, string>;
  const outcome = await seaworthy(["verify", "--image", image.tag, "--quick", "--json", judged], asked);
  expect(await leftOf(judged)).toEqual([]);
  return outcome;
}

/** The exit code, then a line for each check. */
async function verdicts(env: Env): Promise<readonly string[]> {
  const { code, stdout, stderr } = await verified(env);
  if (!stdout.startsWith("[")) throw new Error(stderr);
  const checks = JSON.parse(stdout) as readonly CheckResult[];
  // No two runs take the same time, and a slow machine is asked once more often, which the service logs.
  const told = (message: string) => message.replaceAll(/[\d.]+ m?s\b/g, "… s").replace(/\d+ (?=on stderr)/, "… ");
  return [`exit ${code}`, ...checks.map(({ id, status, message }) => `${id} ${status}: ${told(message)}`)];
}

const keyOf = (door: TlsDoor, name: "ca" | "cert" | "key") => readFile(join(door.keys, `${name}.pem`));

const withKeys = (keys: string, port = tls.port): Env => ({
  DOCKER_HOST: `tcp://127.0.0.1:${port}`,
  DOCKER_TLS_VERIFY: "1",
  DOCKER_CERT_PATH: keys,
});

/** The settings of a docker that uses a context on TCP, and knows another one with keys. */
async function contexts(keys = tls.keys): Promise<Env> {
  const name = `plain-${keys.replaceAll(/\W/g, "")}`;
  const { DOCKER_CONFIG } = await withContext(folder, name, `host=tcp://127.0.0.1:${tcp.port}`);
  await addContext(DOCKER_CONFIG ?? "", "keyed", tlsEndpoint(tls.port, keys));
  return { DOCKER_CONFIG };
}

it("says over TCP, over TLS and over docker contexts what it says over the socket", async () => {
  const socket = await verdicts({ DOCKER_HOST: process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock" });
  expect(socket).toContain("exit 1");
  expect(socket.join("\n")).toMatch(/^becomes-healthy pass: [^]*^non-root fail: /m);
  const docker = await contexts();
  const ways: ReadonlyArray<readonly [string, TcpDoor, Env]> = [
    ["TCP", tcp, { DOCKER_HOST: `tcp://127.0.0.1:${tcp.port}` }],
    ["TLS", tls, withKeys(tls.keys)],
    ["the context in use", tcp, docker],
    ["DOCKER_CONTEXT", tls, { ...docker, DOCKER_CONTEXT: "keyed" }],
  ];
  const met = () => [tcp.connections(), tls.connections()] as const;
  for (const [way, door, env] of ways) {
    const before = met();
    const said = await verdicts(env);
    // Only what differs: it has to fit into the line of a failure.
    const differs = said.filter((line, at) => line !== socket[at]);
    expect({ way, lines: said.length, differs }).toEqual({ way, lines: socket.length, differs: [] });
    const through = [tcp, tls].filter((_, at) => (met()[at] ?? 0) > (before[at] ?? 0));
    expect({ way, through }).toEqual({ way, through: [door] });
  }
});

describe("where the two do not trust each other", () => {
  /** What the one error says, on one line; the command ends with 2. */
  async function refusal(env: Env): Promise<string> {
    const { code, stdout, stderr } = await verified(env);
    expect(stderr.match(/\[[a-z]+\/[a-z-]+\]/g)).toEqual(["[engine/tls-failed]"]);
    expect(stderr).not.toMatch(/\n\s+at |bug in seaworthy|No container engine answers/);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    return stderr.replaceAll(/\s+/g, " ");
  }

  it("names the authority that is not known, over DOCKER_HOST and over a context", async () => {
    await using other = await tlsDoor("IP:127.0.0.1");
    const keys = await tls.keysWith({ "ca.pem": await keyOf(other, "ca") });
    const unknown = "no authority that \\S+/ca\\.pem holds signed the engine's certificate.*";
    expect(await refusal(withKeys(keys))).toMatch(new RegExp(`${unknown}Put the certificate .* into \\S+/ca\\.pem`));
    const docker = { ...(await contexts(keys)), DOCKER_CONTEXT: "keyed" };
    expect(await refusal(docker)).toMatch(new RegExp(`${unknown}\`docker context update keyed\``));
  });

  it("names the client's certificate that is missing, has expired, or is another authority's", async () => {
    const put = /Put a client's certificate that the engine's authority signed, and its key, into/;
    const missing = await refusal(withKeys(await tls.keysWith({ "cert.pem": undefined, "key.pem": undefined })));
    expect(missing).toMatch(/lets no client in without a certificate, and \S+ has no cert\.pem/);
    expect(missing).toMatch(put);
    const expired = await refusal(withKeys(await tls.keysWith({ "cert.pem": tls.expired })));
    expect(expired).toMatch(/the client's certificate \S+\/cert\.pem expired on \d{4}-/);
    expect(expired).toMatch(put);
    await using other = await tlsDoor("IP:127.0.0.1");
    const keys = { "cert.pem": await keyOf(other, "cert"), "key.pem": await keyOf(other, "key") };
    const stranger = await refusal(withKeys(await tls.keysWith(keys)));
    expect(stranger).toMatch(/a client whose certificate it does not accept: \S+\/cert\.pem/);
    expect(stranger).toMatch(put);
  });

  it("says that the keys are no keys, or do not belong together", async () => {
    const unusable = /cert\.pem and key\.pem in \S+ cannot be used/;
    const none = await tls.keysWith({ "key.pem": Buffer.from("no key\n") });
    expect(await refusal(withKeys(none))).toMatch(unusable);
    await using other = await tlsDoor("IP:127.0.0.1");
    const two = await tls.keysWith({ "key.pem": await keyOf(other, "key") });
    expect(await refusal(withKeys(two))).toMatch(unusable);
  });

  it("says where one of the two speaks TLS and the other does not", async () => {
    const plain = { DOCKER_HOST: `tcp://127.0.0.1:${tls.port}` };
    expect(await refusal(plain)).toMatch(/it was asked without.*set DOCKER_TLS_VERIFY=1/);
    expect(await refusal(withKeys(tls.keys, tcp.port))).toMatch(/does not speak TLS at this port.*usually 2376/);
  });
});

it("leaves the user's image where it is", async () => {
  expect(await run("docker", ["image", "inspect", image.tag])).toMatchObject({ code: 0 });
});
