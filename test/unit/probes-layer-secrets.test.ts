import { describe, expect, it } from "vitest";
import type { LayerEntry } from "../../src/engine/engine.ts";
import { LayerSecrets } from "../../src/probes/support/layer-secrets.ts";
import { assignedSecrets, fingerprint, secretsOfCommands, shapedSecrets } from "../../src/probes/support/secrets.ts";
import { entry, treeOf } from "../support/layer-entries.ts";

/** Built from parts, so that no scanner takes this file for a leak. */
const joined = (...parts: readonly string[]): string => parts.join("");
const RSA = joined("RSA PRIV", "ATE KEY-----");
const SAMPLES = {
  "AWS access key id": joined("AKIA", "Q7RZTXN2WMLPVKDJ"),
  "GitHub token": joined("ghp_", "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6"),
  "Slack token": joined("xoxb-", "123456789012-abcdefGHIJKL"),
  "Stripe key": joined("sk_live_", "4eC39HqLyjWDarjtT1zdp7dc"),
  "Vault token": joined("hvs.", "CAESIJ0aB3dE6gH9jK2mN5pQ8sT1"),
  "DigitalOcean token": joined("dop_v1_", "0123456789abcdef".repeat(4)),
  "age key": joined("AGE-SECRET-", "KEY-1", "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHCE"),
  "Azure storage key": joined("AccountKey=", "aB3dE6gH".repeat(10), "abcdef=="),
  "npm registry token": joined("//registry.example/:_authToken", "=aB3dE6gH9jK2mN5pQ8"),
  "private key": joined("-----BEGIN ", RSA, "\n", "MIIEpAIBAAKCAQEA".repeat(6), "\n-----END ", RSA),
};

describe("secrets", () => {
  it.each(Object.entries(SAMPLES))("sees a %s, and keeps its fingerprint only", (kind, value) => {
    const seen = shapedSecrets(`before ${value} after`);
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ kind });
    expect(JSON.stringify(seen)).not.toContain(value.slice(8, 20));
  });
  it.each([
    "AKIAIOSFODNN7EXAMPLE",
    "-----BEGIN PRIVATE KEY-----",
    "a line about ghp_ tokens",
    "password = get_password()",
    "task_live_" + "x".repeat(30),
    "registry.example/:_authToken=${NPM_TOKEN}",
    "AccountKey=from-the-vault",
  ])("does not take %j for one", (text) => {
    expect(shapedSecrets(text)).toEqual([]);
  });
  it.each([
    ["SECRET_KEY=abc123def", "value of SECRET_KEY"],
    ['DB_PASSWORD="two words"', "value of DB_PASSWORD"],
    ["DATABASE_URL=postgresql://app:s3cr3t@db/app", "password in a URL"],
    ["API_TOKEN=osenvironmental", "value of API_TOKEN"],
  ])("sees the value in %j", (text, kind) => {
    expect(assignedSecrets(text).map((one) => one.kind)).toEqual([kind]);
  });
  it.each([
    "SECRET_KEY=",
    "API_TOKEN=$API_TOKEN",
    "PASSWORD=changeme",
    "RUN sed -i '1a import os; TOKEN=os.environ[\"API_TOKEN\"]' web.py",
    "TOKEN=os.getenv('API_TOKEN')",
    "TOKEN=process.env.API_TOKEN node build.js",
    "RUN TOKEN=$(cat /run/secrets/token) make",
    'RUN sh -c "TOKEN=\\"$API_TOKEN\\" make"',
    "DATABASE_URL=postgresql://app:${PASSWORD}@db/app",
    "DATABASE_URL=postgresql://app:{password}@db/app",
    "TOKEN_URL=https://example.org/token",
    "ACCESS_TOKEN_EXPIRE_MINUTES=30",
    "PASSWORD_FILE=/run/secrets/password",
    "PATH=/usr/bin:/bin",
    "MONKEY=banana",
    "DATABASE_URL=postgresql://db/app",
  ])("sees none in %j", (text) => {
    expect(assignedSecrets(text)).toEqual([]);
  });
});

describe("secrets of commands", () => {
  it.each([
    'RUN /bin/sh -c curl -H "Authorization: Bearer aB3dE6gH9jK2" https://data.example # buildkit',
    "RUN /bin/sh -c echo 'app:aB3dE6gH9jK2' | chpasswd # buildkit",
    "RUN /bin/sh -c fetch --api-key aB3dE6gH9jK2 # buildkit",
  ])("sees the value in %j", (text) => {
    expect(secretsOfCommands(text)).toEqual([
      { kind: "secret of a command", fingerprint: fingerprint("aB3dE6gH9jK2") },
    ]);
  });
  it.each([
    'RUN /bin/sh -c curl -H "Authorization: Bearer $TOKEN" https://data.example # buildkit',
    "ENV GPG_KEY=7169605F62C751356D054A26A821E680E5FA6305",
    "RUN /bin/sh -c gpg --batch --keyserver hkps://keys.example --recv-keys $GPG_KEY",
    "RUN --mount=type=secret,id=token uv sync --locked",
  ])("sees none in %j", (text) => {
    expect(secretsOfCommands(text)).toEqual([]);
  });
});

describe("secrets in layers", () => {
  const look = (secrets: LayerSecrets, one: LayerEntry, text: string) => {
    secrets.entry(one);
    if (secrets.wants(one)) secrets.content(one, Buffer.from(text));
  };
  it("finds a file that a later layer deletes, and says so", () => {
    const secrets = new LayerSecrets([]);
    const file = entry(1, "root/id");
    look(secrets, file, SAMPLES["private key"]);
    const tree = treeOf(file, entry(2, "root/id", { kind: "whiteout" }));
    expect(secrets.found(tree)).toMatchObject([{ path: "/root/id", layer: 1, deleted: true, published: false }]);
  });
  it.each(["root/.config/pip/pip.conf", "app/.git/config"])("finds a password in the addresses of %s", (path) => {
    const secrets = new LayerSecrets([]);
    const file = entry(0, path);
    look(secrets, file, "url = https://build:aB3dE6gH9jK2@example.org/simple\n");
    expect(secrets.found(treeOf(file))).toMatchObject([{ kind: "password in a URL", path: `/${path}` }]);
  });
  it("excuses a test key that its distribution's RECORD names, and no other file of it", () => {
    const secrets = new LayerSecrets([]);
    const site = "opt/venv/lib/python3.13/site-packages";
    const record = "tornado/test/test.key,sha256=abc,1700\ntornado/key.pem,sha256=abc,1700\n";
    look(secrets, entry(0, `${site}/tornado/test/test.key`), SAMPLES["private key"]);
    look(secrets, entry(0, `${site}/tornado/key.pem`), SAMPLES["private key"]);
    look(secrets, entry(0, `${site}/tornado-6.5.dist-info/RECORD`), record);
    expect(secrets.found(treeOf()).map(({ published }) => published)).toEqual([true, false]);
  });
  it("excuses what a published distribution shows its readers, and what was compiled from that", () => {
    const site = "opt/venv/lib/python3.13/site-packages";
    const key = SAMPLES["private key"];
    const docstring = `def parse(data):\n    """\n${key.replaceAll(/^/gm, "    ")}\n    """\n`;
    const record = `wamp/sign.py,sha256=abc,1700\nwamp/keys.py,sha256=abc,1700\nwamp/test/test_it.py,sha256=abc,1\n`;
    const publishedOf = (text: string, files: readonly string[], hasRecord = true) => {
      const secrets = new LayerSecrets([]);
      for (const path of files) look(secrets, entry(0, `${site}/${path}`), path.endsWith(".pyc") ? key : text);
      if (hasRecord) look(secrets, entry(0, `${site}/wamp-1.0.dist-info/RECORD`), record);
      return secrets.found(treeOf()).map(({ published }) => published);
    };
    const sign = ["wamp/sign.py", "wamp/__pycache__/sign.cpython-313.pyc"];
    expect(publishedOf(docstring, sign)).toEqual([true, true]);
    expect(publishedOf(docstring, sign, false)).toEqual([false, false]);
    expect(publishedOf(`KEY = """${key}"""\n`, sign)).toEqual([false, false]);
    expect(publishedOf(docstring, ["wamp/other.py"])).toEqual([false]);
    expect(publishedOf(key, ["wamp/test/test_it.py", "wamp/test/__pycache__/test_it.cpython-313.pyc"])).toEqual([
      true,
      true,
    ]);
    expect(publishedOf(key, ["wamp/__pycache__/sign.cpython-313.pyc"])).toEqual([false]);
  });
  it("finds a canary in a binary file, which patterns do not read", () => {
    const secrets = new LayerSecrets(["0123456789abcdef"]);
    look(secrets, entry(3, "usr/lib/x.so"), "\u0000 0123456789abcdef \u0000");
    look(secrets, entry(3, "usr/lib/y.so"), "\u0000 \u0000");
    expect(secrets.canaries()).toEqual(["layer 3: /usr/lib/x.so"]);
  });
  it("finds a value in a name, and does not show it there", () => {
    const secrets = new LayerSecrets(["canary-1234"]);
    secrets.entry(entry(2, "opt/canary-1234.token"));
    expect(secrets.canaries()).toEqual(["layer 2: /opt/[value].token"]);
  });
  it("gives equal values equal fingerprints", () => {
    expect(fingerprint("a")).toBe(fingerprint("a"));
    expect(fingerprint("a")).not.toBe(fingerprint("b"));
  });
});
