import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { dockerCredentials } from "../../src/registry/credentials.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seaworthy-credentials-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function loginFor(host: string, config: unknown) {
  if (config !== undefined)
    await writeFile(join(folder, "config.json"), typeof config === "string" ? config : JSON.stringify(config));
  return await dockerCredentials({ DOCKER_CONFIG: folder, PATH: `${folder}:${process.env["PATH"]}` })(host);
}

/** A real credential helper: it answers for one host, as Docker's helpers do. */
async function helper(name: string, host: string, answer: string, code = 0): Promise<void> {
  const script = `#!/bin/sh\nread -r host\n[ "$host" = "${host}" ] || { echo "credentials not found in native keychain"; exit 1; }\necho '${answer}'\nexit ${code}\n`;
  await writeFile(join(folder, `docker-credential-${name}`), script, { mode: 0o755 });
}

const auth = Buffer.from("ann:pa:ss").toString("base64");
const ann = { login: { kind: "password", username: "ann", password: "pa:ss" } };

it("has no login without a config", async () => {
  expect(await loginFor("registry.example", undefined)).toEqual({});
});

it("reads the entries of config.json, Docker Hub under its old name", async () => {
  const auths = { "https://index.docker.io/v1/": { auth }, "https://registry.example/v2/": { identitytoken: "t" } };
  expect(await loginFor("registry-1.docker.io", { auths })).toEqual(ann);
  expect(await loginFor("registry.example", { auths })).toEqual({ login: { kind: "identity-token", token: "t" } });
  expect(await loginFor("other.example", { auths })).toEqual({});
});

it("asks the helper of the host, else the store", async () => {
  await helper("one", "registry.example", '{"Username":"ann","Secret":"pa:ss"}');
  await helper("all", "https://index.docker.io/v1/", '{"Username":"<token>","Secret":"t"}');
  const config = { credHelpers: { "registry.example": "one" }, credsStore: "all" };
  expect(await loginFor("registry.example", config)).toEqual(ann);
  expect(await loginFor("registry-1.docker.io", config)).toEqual({ login: { kind: "identity-token", token: "t" } });
  expect(await loginFor("unknown.example", config)).toEqual({});
});

it("says which helper is missing or broken, without what it printed", async () => {
  expect((await loginFor("registry.example", { credsStore: "gone" })).problem).toContain("docker-credential-gone");
  await helper("odd", "registry.example", "hunter2-secret");
  const odd = await loginFor("registry.example", { credsStore: "odd" });
  expect(odd.problem).toContain("no readable answer");
  expect(JSON.stringify(odd)).not.toContain("hunter2");
  await helper("bad", "registry.example", "x", 3);
  expect((await loginFor("registry.example", { credsStore: "bad" })).problem).toContain("exit code 3");
  expect((await loginFor("registry.example", { credsStore: "../evil" })).problem).toContain("no name");
});

it("refuses a config that is not JSON, without quoting it", async () => {
  await expect(loginFor("registry.example", '{"auths": hunter2-secret')).rejects.toThrow(
    expect.objectContaining({ code: "registry/bad-docker-config", message: expect.not.stringContaining("hunter2") }),
  );
  await expect(loginFor("registry.example", { auths: [] })).rejects.toThrow("auths");
});
