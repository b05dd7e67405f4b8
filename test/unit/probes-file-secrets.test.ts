import { Readable } from "node:stream";
import { pack } from "tar-stream";
import { describe, expect, it } from "vitest";
import { noSecretsInLayers } from "../../src/checks/no-secrets-in-layers.ts";
import { exampleContract, exampleLayers } from "../../src/checks/support/examples.ts";
import type { LayerEntry } from "../../src/engine/engine.ts";
import { walkLayerTar } from "../../src/engine/layer-tar.ts";
import { secretsInFile } from "../../src/probes/support/file-secrets.ts";
import { LayerSecrets, MOST_BYTES } from "../../src/probes/support/layer-secrets.ts";
import { FinalTree } from "../../src/probes/support/tree.ts";
import { sampleService } from "../golden/sample-service.ts";

/** Built from parts, so that no scanner takes this file for a leak. */
const joined = (...parts: readonly string[]): string => parts.join("");
const projectKey = joined("sk-", "proj-", "aB3_dE6-gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6_kL9-nP2");
const PASSWORD = "hunter2-value";

describe("a file that holds a secret by what it is for", () => {
  it.each([
    ["app/settings.py", `KEY = "${projectKey}"`, "OpenAI key"],
    [
      "root/.docker/config.json",
      `{"auths": {"registry.example": {"auth": "dXNlcjpodW50ZXIyLXZhbHVl"}}}`,
      "login of a registry",
    ],
    [
      "app/requirements.txt",
      `--index-url https://build:${PASSWORD}@packages.example/simple\nfastapi==0.121.0\n`,
      "password in a URL",
    ],
    ["app/requirements/dev.txt", `git+https://bot:${PASSWORD}@git.example/lib.git\n`, "password in a URL"],
    ["etc/pip.conf", `[global]\nindex-url = https://build:${PASSWORD}@packages.example/simple\n`, "password in a URL"],
    ["root/.netrc", `machine packages.example\n  login build\n  password ${PASSWORD}\n`, "password of a login"],
    ["root/.netrc", `machine a login b password ${PASSWORD}\n`, "password of a login"],
    ["etc/apt/auth.conf.d/team.conf", `machine a login b password ${PASSWORD}\n`, "password of a login"],
    ["app/uv.toml", `[[index]]\nurl = "https://build:${PASSWORD}@packages.example/simple"\n`, "password in a URL"],
    [
      "app/uv.lock",
      `source = { registry = "https://build:${PASSWORD}@packages.example/simple" }\n`,
      "password in a URL",
    ],
    ["root/.pypirc", `[pypi]\nusername = build\npassword = ${PASSWORD}\n`, "value of password"],
    ["root/.pgpass", `db:5432:app:app:${PASSWORD}\n`, "password of a database"],
    ["app/.env", `SMTP_PASS=${PASSWORD}\n`, "value of SMTP_PASS"],
  ])("%s", (path, text, kind) => {
    expect(secretsInFile(path, text)).toMatchObject([{ kind }]);
    expect(JSON.stringify(secretsInFile(path, text))).not.toContain(PASSWORD);
  });

  it.each([
    ["root/.docker/config.json", '{"auths": {"registry.example": {}}, "credsStore": "desktop"}'],
    ["app/requirements.txt", "--index-url https://$USER:$TOKEN@packages.example/simple\nsecretstorage==3.3.3\n"],
    ["app/.env.example", `SMTP_PASS=${PASSWORD}\n`],
    ["root/.pypirc", "[pypi]\nusername = __token__\nrepository = https://packages.example\n"],
    ["app/static/app.css", ".sk-project-list-of-many-items-with-a-long-name-and-more { color: red }"],
    ["app/readme.txt", "machine a login b password c"],
    ["app/pyproject.toml", '[tool.uv]\ntoken-url = "https://id.example/token"\n'],
  ])("%s holds none", (path, text) => {
    expect(secretsInFile(path, text)).toEqual([]);
  });
});

const MEGABYTE = 1_000_000;

async function searched(
  files: Readonly<Record<string, Buffer>>,
  canaries: readonly string[] = [],
): Promise<LayerSecrets> {
  const secrets = new LayerSecrets(canaries);
  const tar = pack();
  for (const [name, content] of Object.entries(files)) tar.entry({ name }, content);
  tar.finalize();
  await walkLayerTar(Readable.from(tar), 0, {
    entry: (entry) => secrets.entry(entry),
    wants: (entry) => secrets.wants(entry),
    content: (entry, bytes) => secrets.content(entry, bytes),
    wantsPieces: (entry) => secrets.wantsPieces(entry),
    piece: (entry, bytes) => secrets.piece(entry, bytes),
  });
  return secrets;
}

describe("a large file", () => {
  /** The secret lies where one piece of 64 KiB ends and the next begins, wherever that is. */
  it.each([0, 65_536, 65_530, 131_060, 5 * MEGABYTE])("is searched in pieces: a key at %d", async (at) => {
    const content = Buffer.alloc(6 * MEGABYTE, "x ");
    content.write(` ${projectKey} `, at);
    const secrets = await searched({ "app/data.json": content });
    expect(secrets.found(new FinalTree())).toMatchObject([{ kind: "OpenAI key", path: "/app/data.json" }]);
    expect(secrets.searched()).toEqual({ files: 1, binary: 0, large: 0 });
  });

  it("is searched for planted values whatever its format", async () => {
    const content = Buffer.alloc(70 * MEGABYTE);
    content.write("canary-0123456789", 69 * MEGABYTE);
    const secrets = await searched({ "app/model.so": content }, ["canary-0123456789"]);
    expect(secrets.canaries()).toEqual(["layer 0: /app/model.so"]);
    expect(secrets.searched()).toEqual({ files: 0, binary: 1, large: 0 });
  });

  it("is left out beyond a limit, and a pass says so", () => {
    const secrets = new LayerSecrets([]);
    const entry: LayerEntry = {
      layer: 0,
      path: "app/weights.bin",
      kind: "file",
      bytes: MOST_BYTES + 1,
      mode: 0o644,
      uid: 0,
      gid: 0,
      modified: 0,
    };
    secrets.entry(entry);
    expect([secrets.wants(entry), secrets.wantsPieces(entry)]).toEqual([false, false]);
    const data = { ...exampleLayers, searched: { ...secrets.searched(), files: 20, binary: 3 } };
    const context = { contract: exampleContract, service: sampleService, side: "after", before: undefined } as const;
    expect(noSecretsInLayers.judge(data, context).message).toBe(
      "No secret in 20 files of 0 layers. Not looked into: 3 in binary or compressed formats and in documents of packages, 1 over 256 MB.",
    );
  });
});
