import { describe, expect, it } from "vitest";
import type { LayerEntry } from "../../src/engine/engine.ts";
import { layers } from "../../src/probes/layers.ts";
import type { ProbeContext } from "../../src/probes/probe.ts";
import { applicationPlaces, countBytecode, interpreterTag, pycHeader } from "../../src/probes/support/bytecode.ts";
import { LayerSecrets } from "../../src/probes/support/layer-secrets.ts";
import { assignedSecrets, fingerprint, secretsOfCommands, shapedSecrets } from "../../src/probes/support/secrets.ts";
import { distributionOf } from "../../src/probes/support/final-files.ts";
import { SourceHashes } from "../../src/probes/support/source-hashes.ts";
import { FinalTree } from "../../src/probes/support/tree.ts";
import { cacheKind, isCompiler, isHeader } from "../../src/probes/support/waste.ts";

const entry = (layer: number, path: string, more: Partial<LayerEntry> = {}): LayerEntry => ({
  layer,
  path,
  kind: "file",
  bytes: 10,
  mode: 0o644,
  uid: 0,
  gid: 0,
  modified: 1000,
  ...more,
});
const treeOf = (...entries: readonly LayerEntry[]): FinalTree => {
  const tree = new FinalTree();
  for (const one of entries) tree.add(one);
  return tree;
};
const paths = (tree: FinalTree): readonly string[] => [...tree.entries()].map(({ path }) => path);

describe("the final tree", () => {
  it("takes away what a whiteout names, with everything below it", () => {
    const tree = treeOf(
      entry(0, "a", { kind: "directory", bytes: 0 }),
      entry(0, "a/b"),
      entry(0, "ab"),
      entry(1, "a", { kind: "whiteout", bytes: 0 }),
    );
    expect(paths(tree)).toEqual(["ab"]);
    expect(tree.hiddenBytes).toBe(10);
  });
  it("empties an opaque folder of what the layers below brought, and of nothing else", () => {
    const tree = treeOf(entry(0, "a/old"), entry(1, "a/new"), entry(1, "a", { kind: "opaque", bytes: 0 }));
    expect(paths(tree)).toEqual(["a/new"]);
  });
  it("counts a file that is written twice as hidden once", () => {
    const tree = treeOf(entry(0, "a", { bytes: 7 }), entry(1, "a", { bytes: 9 }));
    expect(tree.hiddenBytes).toBe(7);
    expect(tree.get("a")?.layer).toBe(1);
  });
});

describe("bytecode", () => {
  const SOURCE = Buffer.from("print(1)\n");
  const header = (flags: number, [first, second]: readonly [number, number] = [0, 0], magic = 3571): Buffer => {
    const buffer = Buffer.alloc(16);
    buffer.writeUInt32LE(0x0a0d0000 | magic, 0);
    buffer.writeUInt32LE(flags, 4);
    buffer.writeUInt32LE(first, 8);
    buffer.writeUInt32LE(second, 12);
    return buffer;
  };
  /** The header with a hash, as the interpreter itself writes it. */
  const hashed = (flags: number, hash: string, magic?: number): Buffer =>
    Buffer.concat([header(flags, undefined, magic).subarray(0, 8), Buffer.from(hash, "hex")]);
  const OWN_HASH = "5a90791f83be4635";
  const count = (pyc: Buffer | undefined, tag = "cpython-313", neighbours: readonly Buffer[] = []) => {
    const cached = `app/__pycache__/main.${tag}.pyc`;
    const tree = treeOf(entry(0, "app/main.py"), ...(pyc === undefined ? [] : [entry(0, cached)]));
    const headers = new Map(pyc === undefined ? [] : [[cached, pycHeader(pyc)]]);
    for (const [index, one] of neighbours.entries()) headers.set(`lib/${index}.${tag}.pyc`, pycHeader(one));
    const hashes = new SourceHashes();
    hashes.content("app/main.py", SOURCE);
    return countBytecode(tree, { headers, hashes }, { folders: ["app"], mains: [], uvCache: "", tag }).application;
  };
  it.each([
    ["the source's unchecked hash", hashed(1, OWN_HASH), { valid: 1, examples: [] }],
    ["the source's checked hash", hashed(3, OWN_HASH), { valid: 1 }],
    ["another source's unchecked hash", hashed(1, "0123456789abcdef"), { stale: 1, otherCode: 1 }],
    [
      "another source's checked hash",
      hashed(3, "0123456789abcdef"),
      { stale: 1, examples: ["app/main.py (stale: the hash of another source)"] },
    ],
    ["the source's time and size", header(0, [1000, 10]), { valid: 1 }],
    ["another time", header(0, [999, 10]), { stale: 1 }],
    ["another size", header(0, [1000, 11]), { stale: 1 }],
    ["half a header", Buffer.from("abc"), { stale: 1 }],
    ["no file", undefined, { missing: 1 }],
  ] as const)("%s", (_, pyc, wanted) => {
    expect(count(pyc)).toMatchObject({ sources: 1, ...wanted });
  });
  it("knows bytecode of another Python by what most of its neighbours are", () => {
    const others = [header(1), header(1)];
    expect(count(hashed(1, OWN_HASH, 3531), "cpython-313", others)).toMatchObject({ stale: 1 });
    expect(count(hashed(1, OWN_HASH), "cpython-313", others)).toMatchObject({ valid: 1 });
  });
  /** What each interpreter's own `importlib.util.source_hash` says of the same source. */
  it.each([
    [7, 3394, "6d8a2a3c3b0a84c0"],
    [10, 3439, "28765e52ed782214"],
    [11, 3495, "da812d7f407a3059"],
    [13, 3571, OWN_HASH],
  ])("hashes a source as Python 3.%i does, in the standard library as in the application", (minor, magic, hash) => {
    const hashes = new SourceHashes();
    for (const path of ["app/main.py", `usr/lib/python3.${minor}/x.py`]) {
      hashes.content(path, Buffer.from("old"));
      hashes.content(path, SOURCE);
      expect(hashes.of(path, `cpython-3${minor}`, magic)).toBe(hash);
    }
    expect(hashes.of("app/never-read.py", `cpython-3${minor}`, magic)).toBeUndefined();
  });
  it("looks for the application where the configuration says that it lies, not in the working directory alone", () => {
    const none = { workdir: "", env: [], entrypoint: [], command: [] };
    expect(applicationPlaces(none)).toEqual({ folders: [], mains: [] });
    expect(applicationPlaces({ ...none, workdir: "/" }).folders).toEqual([]);
    expect(applicationPlaces({ ...none, command: ["python", "/srv/shop/app.py"] })).toEqual({
      folders: ["srv/shop"],
      mains: ["srv/shop/app.py"],
    });
    const told = { env: ["PYTHONPATH=/code:lib"], entrypoint: ["sh", "-c"] };
    expect(applicationPlaces({ ...none, ...told, command: ["exec uvicorn --app-dir /api a:b"] }).folders).toEqual([
      "code",
      "api",
    ]);
  });
  it("does not ask for bytecode of the script that is started, and looks at it where there is some", () => {
    const main = { folders: ["app"], mains: ["app/main.py"], uvCache: "", tag: "cpython-313" };
    const none = { headers: new Map<string, ReturnType<typeof pycHeader>>(), hashes: new SourceHashes() };
    expect(countBytecode(treeOf(entry(0, "app/main.py")), none, main)).toEqual({});
    const cached = "app/__pycache__/main.cpython-313.pyc";
    const old = { ...none, headers: new Map([[cached, pycHeader(header(0, [999, 10]))]]) };
    expect(countBytecode(treeOf(entry(0, "app/main.py"), entry(0, cached)), old, main)).toMatchObject({
      application: { sources: 1, stale: 1 },
    });
  });
  it("does not take a cache below the working directory for the application", () => {
    const tree = treeOf(entry(0, "app/.cache/uv/archive-v0/x/y.py"), entry(0, "app/cache-of-uv/y.py"));
    const none = { headers: new Map(), hashes: new SourceHashes() };
    expect(
      countBytecode(tree, none, { folders: ["app"], mains: [], uvCache: "app/cache-of-uv", tag: "cpython-313" }),
    ).toEqual({});
  });
  it("leaves out tests, and what the base image brings beside a virtual environment", () => {
    const tree = treeOf(
      entry(0, "opt/venv/pyvenv.cfg"),
      entry(0, "opt/venv/lib/python3.13/site-packages/x/__init__.py"),
      entry(0, "opt/venv/lib/python3.13/site-packages/x/tests/test_x.py"),
      entry(0, "usr/local/lib/python3.13/site-packages/y/__init__.py"),
      entry(0, "usr/lib/python3/dist-packages/z.py"),
    );
    expect(interpreterTag(tree)).toBe("cpython-313");
    const { packages } = countBytecode(
      tree,
      { headers: new Map(), hashes: new SourceHashes() },
      { folders: ["app"], mains: [], uvCache: "", tag: "cpython-313" },
    );
    expect(packages).toMatchObject({ sources: 1, missing: 1 });
  });
});

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
  ])("sees the value in %j", (text, kind) => {
    expect(assignedSecrets(text).map((one) => one.kind)).toEqual([kind]);
  });
  it.each([
    "SECRET_KEY=",
    "API_TOKEN=$API_TOKEN",
    "PASSWORD=changeme",
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

describe("what package managers leave", () => {
  it.each([
    ["root/.cache/uv/wheels-v5/x", "uv"],
    ["tmp/uv-cache/x", "uv"],
    ["home/app/.cache/pip/http-v2/a", "pip"],
    ["var/lib/apt/lists/deb_main_Packages", "apt"],
    ["var/lib/apt/lists/lock", undefined],
    ["var/cache/apt/archives/curl.deb", "apt"],
    ["var/cache/dnf/x.solv", "dnf"],
    ["app/cache/pip.py", undefined],
  ])("%s is a cache of %s", (path, kind) => {
    expect(cacheKind(path, "tmp/uv-cache")).toBe(kind);
  });
  it.each([
    ["gcc", true],
    ["gcc-14", true],
    ["x86_64-linux-gnu-gcc-14", true],
    ["ld.bfd", true],
    ["as", true],
    ["python3", false],
    ["ldconfig", false],
    ["cc-proxy", false],
  ])("%s is a compiler: %s", (program, is) => {
    expect(isCompiler(program)).toBe(is);
  });
  it("counts headers of development packages, not Python's own", () => {
    expect(isHeader("usr/include/stdio.h")).toBe(true);
    expect(isHeader("usr/local/include/python3.13/Python.h")).toBe(false);
  });
  it.each([
    ["opt/venv/lib/python3.13/site-packages/SQLAlchemy-2.0.4.dist-info/METADATA", "sqlalchemy"],
    ["x/zope.interface-7.0.dist-info/METADATA", "zope-interface"],
    ["x/typing_extensions-4.15.0.dist-info/RECORD", undefined],
    ["opt/venv/lib/python3.13/site-packages/six-1.17.0.egg-info/PKG-INFO", "six"],
    ["usr/lib/python3/dist-packages/six-1.17.0.egg-info/PKG-INFO", undefined],
  ])("%s belongs to %s", (path, name) => {
    expect(distributionOf(path)).toBe(name);
  });
});

describe("the programs that the service calls", () => {
  const evidence = { file: "app/main.py", line: 3, text: "" };
  const programs = [
    { program: "git", confidence: "certain", evidence },
    { program: "pdftoppm", through: "pdf2image", confidence: "likely", evidence: { ...evidence, file: "uv.lock" } },
    { program: "nice-to-have", confidence: "likely", evidence },
  ] as const;
  const calledIn = async (...entries: readonly LayerEntry[]) => {
    const context = {
      image: {
        config: {
          user: "1001",
          workdir: "/app",
          env: [],
          volumes: [],
          labels: {},
          history: [],
          entrypoint: [],
          command: [],
        },
      },
      service: { programs },
      contract: { absentPrograms: [], writablePaths: [] },
      build: undefined,
      signal: new AbortController().signal,
      engine: {
        walkLayers: async (_: unknown, walk: { entry(one: LayerEntry): void }) => {
          for (const one of entries) walk.entry(one);
          return [];
        },
      },
    } as unknown as ProbeContext;
    return (await layers.collect(context)).called;
  };
  it("are looked for in the folders of programs, and one that the code only asks for is not", async () => {
    expect(await calledIn(entry(0, "usr/bin/git"), entry(0, "usr/share/pdftoppm"))).toEqual([
      { program: "git", by: "app/main.py:3", path: "/usr/bin/git" },
      { program: "pdftoppm", by: "pdf2image, uv.lock:3", path: undefined },
    ]);
  });
  it("are missing when a later layer takes them away", async () => {
    const [git] = await calledIn(entry(0, "usr/bin/git"), entry(1, "usr/bin/git", { kind: "whiteout", bytes: 0 }));
    expect(git?.path).toBeUndefined();
  });
});
