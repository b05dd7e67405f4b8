import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dockerfileFor, substituteBase } from "../../src/engine/ca.ts";
import type { BuildRequest, ConnectedEngine, LayerEntry } from "../../src/engine/engine.ts";
import type { UserError } from "../../src/kit/errors.ts";
import { run } from "../../src/kit/exec.ts";
import { BASE, buildFolder, connect, REGISTRY, soon } from "./engine-fixture.ts";

let engine: ConnectedEngine;
const runId = `test-builds-${process.pid}`;
beforeAll(async () => {
  engine = await connect({ runId });
  await engine.ensure(BASE);
});
afterAll(async () => {
  await engine.removeAllOf(runId, { images: true });
  await engine[Symbol.asyncDispose]();
});

const failure = (promise: Promise<unknown>): Promise<UserError> =>
  promise.then(
    () => {
      throw new Error("It should have failed");
    },
    (error: UserError) => error,
  );
const python = (code: string) => ({ entrypoint: ["python3", "-c", code], command: [] });
/** How many processes of this machine have the text on their command line. */
async function processesWith(text: string): Promise<number> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
  return lines.filter((line) => line.includes(text)).length;
}
/** Unlike any other build's, so that the first one is cold. */
const unique = () => `unique-${process.hrtime.bigint()}`;

it("builds, tells the steps with stage, time and cache, and hits the cache the second time", async () => {
  await using folder = await buildFolder({
    Dockerfile: [
      `FROM ${BASE} AS builder`,
      "ARG WHO",
      "RUN echo hello $WHO > /hello && echo said-out && echo said-err >&2",
      `FROM ${BASE}`,
      "COPY --from=builder /hello /hello",
      "",
    ].join("\n"),
  });
  const request = folder.request({ buildArgs: { WHO: unique() } });
  const first = await engine.build(request);
  const step = first.steps.find(({ name }) => name.includes("RUN echo hello"));
  expect(step).toMatchObject({ stage: "builder", cached: false });
  expect(step?.milliseconds).toBeGreaterThan(10);
  expect(first.image).toMatchObject({ tag: request.tag, platform: "linux/amd64" });
  expect(first.image.config.labels["seaworthy.run"]).toBe(runId);
  const log = await readFile(request.logFile, "utf8");
  expect(log).toMatch(/^#\d+ \[builder 2\/2\] RUN echo hello/m);
  expect(log).toMatch(/^#\d+ said-out$/m);
  expect(log).toMatch(/^#\d+ said-err$/m);
  const second = await engine.build(request);
  expect(second.steps.find(({ name }) => name.includes("RUN echo hello"))?.cached).toBe(true);
  expect(
    (await engine.build({ ...request, noCache: true })).steps.find(({ name }) => name.includes("RUN"))?.cached,
  ).toBe(false);
});

/** What a step found in its cache mount, where each build leaves a file of its own name. */
const foundIn = (log: string): readonly string[] =>
  [...log.matchAll(/^#\d+ (?:[\d.]+ )?left-(\w+)$/gm)].map(([, name]) => name ?? "");
const mounting = (folder: string, options: string) =>
  `FROM ${BASE}\nARG WHO\nRUN --mount=type=cache,target=${folder}${options} ls ${folder}; touch ${folder}/left-$WHO\n`;

it("begins a build without cache with empty cache mounts, and leaves the user's own alone", async () => {
  const target = `/var/cache/${unique()}`;
  await using folder = await buildFolder({ Dockerfile: mounting(target, "") });
  const build = async (who: string, more: Partial<BuildRequest> = {}) => {
    const request = folder.request({ buildArgs: { WHO: who }, ...more });
    await engine.build(request);
    return foundIn(await readFile(request.logFile, "utf8"));
  };
  const byHand = async (who: string) => {
    const { program, env } = engine.cli;
    const args = ["buildx", "build", "--progress=plain", "--build-arg", `WHO=${who}`, folder.path];
    const { code, stdout, stderr } = await run(program, args, { env });
    expect(code).toBe(0);
    return foundIn(`${stdout}\n${stderr}`);
  };
  expect(await byHand("user")).toEqual([]);
  expect(await build("warm")).toEqual([]);
  expect(await build("warmer")).toEqual(["warm"]);
  expect(await build("cold", { noCache: true })).toEqual([]);
  expect(await build("again")).toEqual(["cold"]);
  expect(await byHand("users")).toEqual(["user"]);
});

it("gives mounts that BuildKit may keep a namespace of their own", async () => {
  await using folder = await buildFolder({ Dockerfile: mounting(`/var/cache/${unique()}`, ",mode=0777") });
  for (const mounts of [unique(), unique()]) {
    for (const [who, found] of [
      ["cold", []],
      ["warm", ["cold"]],
    ] as const) {
      const request = folder.request({ buildArgs: { WHO: who }, noCache: who === "cold", mounts });
      await engine.build(request);
      expect(foundIn(await readFile(request.logFile, "utf8"))).toEqual(found);
    }
  }
});

it("names the failing step, the line and the last 50 lines", async () => {
  await using folder = await buildFolder({
    Dockerfile: `FROM ${BASE}\nRUN true\nRUN for i in $(seq 80); do echo line $i; done; exit 7\n`,
  });
  const request = folder.request({ noCache: true });
  const error = await failure(engine.build(request));
  expect(error).toMatchObject({ code: "engine/build-failed", where: { file: request.dockerfile, line: 3 } });
  expect(error.message).toContain("RUN for i in");
  expect(error.message).toContain("exit code: 7");
  expect(error.details).toHaveLength(50);
  expect(error.details.at(-1)).toBe("line 80");
  expect(error.hint).toContain(request.logFile);
  expect(await engine.inspect(request.tag)).toBeUndefined();
});

it("says where the Dockerfile is wrong, and that a copied file is missing", async () => {
  await using folder = await buildFolder({ Dockerfile: `FROM ${BASE}\nCOPYY a b\n` });
  expect(await failure(engine.build(folder.request()))).toMatchObject({
    code: "engine/build-failed",
    message: expect.stringContaining("COPYY"),
    where: { line: 2 },
  });
  await using other = await buildFolder({ Dockerfile: `FROM ${BASE}\nRUN true\nCOPY nowhere.txt /\n` });
  expect(await failure(engine.build(other.request()))).toMatchObject({
    code: "engine/build-failed",
    message: expect.stringContaining("nowhere.txt"),
    where: { line: 3 },
  });
});

it("names a base that cannot be found", async () => {
  const base = `${REGISTRY ?? "docker.io"}/${REGISTRY === undefined ? "library" : "no"}/such:1.2`;
  await using folder = await buildFolder({ Dockerfile: `FROM ${base}\n` });
  for (const error of [await failure(engine.build(folder.request())), await failure(engine.ensure(base))])
    expect(error).toMatchObject({ code: "engine/base-not-found", message: expect.stringContaining(base) });
});

it("keeps secrets out of the log, the message and the image", async () => {
  const secret = "s3cr3t-value-of-the-test";
  await using folder = await buildFolder({
    Dockerfile: `FROM ${BASE}\nARG API_TOKEN\nRUN --mount=type=secret,id=key cat /run/secrets/key; echo $API_TOKEN; exit $(wc -l < /run/secrets/key)\n`,
    key: `${secret}\n`,
  });
  const token = unique();
  const request = folder.request({ secrets: { key: join(folder.path, "key") }, buildArgs: { API_TOKEN: token } });
  const error = await failure(engine.build({ ...request, noCache: true }));
  const log = await readFile(request.logFile, "utf8");
  expect(log).toContain("‹redacted›");
  expect(error.details.join("\n")).toContain("‹redacted›");
  for (const text of [log, error.message, ...error.details]) {
    expect(text).not.toContain(secret);
    expect(text).not.toContain(token);
  }
});

it("ends the build and its children when the signal fires", async () => {
  const mark = unique();
  await using folder = await buildFolder({ Dockerfile: `FROM ${BASE}\nRUN echo ${mark}; sleep 300\n` });
  const controller = new AbortController();
  const request = folder.request({ signal: controller.signal });
  const building = failure(engine.build(request));
  await expect
    .poll(() => readFile(request.logFile, "utf8").catch(() => ""), { timeout: 60_000 })
    .toMatch(new RegExp(`^#\\d+ ${mark}`, "m"));
  const reason = new Error("Ctrl-C");
  expect(await processesWith(request.tag)).toBeGreaterThan(0);
  controller.abort(reason);
  expect(await building).toBe(reason);
  expect(await processesWith(request.tag)).toBe(0);
  // BuildKit ends the step itself a moment after its client has gone.
  await expect.poll(() => processesWith(mark), { timeout: 60_000 }).toBe(0);
});

it("replaces a pinned base and a pinned COPY --from by named contexts", async () => {
  const none = `sha256:${"0".repeat(64)}`;
  await using folder = await buildFolder({
    Dockerfile: `FROM python:9.99-slim@${none}\nCOPY --from=ghcr.io/no/tool:1.0@${none} /etc/debian_version /copied\nRUN cat /copied\n`,
  });
  const used = `docker-image://${BASE}`;
  const contexts = { [`python:9.99-slim@${none}`]: used, [`ghcr.io/no/tool:1.0@${none}`]: used };
  const { image } = await engine.build(folder.request({ contexts }));
  expect(image.config.command).toEqual(["python3"]);
  expect(await failure(engine.build(folder.request()))).toMatchObject({ code: "engine/base-not-found" });
});

it("gives a base the company's CA, with which a build of an unchanged Dockerfile trusts it", async () => {
  await using folder = await buildFolder({ Dockerfile: `FROM ${BASE}\nRUN echo $PIP_CERT\n` });
  const { stdout: pem } = await run(
    "openssl",
    "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=company-test -keyout /dev/null".split(" "),
  );
  const file = join(folder.path, "company.pem");
  await writeFile(file, pem);
  // Two runs at once find none and build the same: the engine lets one of them give it its name.
  const [tag = "", other] = await Promise.all([1, 2].map(() => substituteBase(engine, BASE, file)));
  expect(other).toBe(tag);
  await using tagged = { [Symbol.asyncDispose]: () => engine.removeImage(tag) };
  expect(tagged).toBeDefined();
  expect(await substituteBase(engine, BASE, file)).toBe(tag);
  const { image } = await engine.build(folder.request({ contexts: { [BASE]: `docker-image://${tag}` } }));
  expect(image.config.env).toContain("PIP_CERT=/etc/ssl/certs/ca-certificates.crt");
  const code =
    "import ssl; c = ssl.create_default_context().get_ca_certs(); print(len(c) > 1, any('company-test' in str(x) for x in c))";
  for (const [name, expected] of [
    [image.tag, "True True"],
    [BASE, "True False"],
  ] as const) {
    await using container = await engine.start(name, python(code));
    await container.exited(soon());
    expect((await container.logs()).map((line) => line.text)).toEqual([expected]);
  }
  expect(await failure(substituteBase(engine, BASE, join(folder.path, "Dockerfile")))).toMatchObject({
    code: "engine/bad-ca",
  });
  expect(dockerfileFor("amazonlinux:2023", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem")).toContain(
    "/etc/pki/ca-trust/source/anchors/",
  );
});

it("walks every layer once, lowest first, with whiteouts, links and contents", async () => {
  await using folder = await buildFolder({
    Dockerfile: [
      `FROM ${BASE}`,
      "RUN mkdir /d && echo secret > /d/gone && echo kept > /d/kept && ln /d/kept /d/hard && ln -s kept /d/soft && chown 1001:1002 /d/kept && chmod 640 /d/kept",
      "RUN rm /d/gone && head -c 3000000 /dev/urandom > /big",
      "RUN rm -r /d && mkdir /d",
      "",
    ].join("\n"),
  });
  const { image } = await engine.build(folder.request());
  const entries: LayerEntry[] = [];
  const contents = new Map<string, string>();
  const layers = await engine.walkLayers(image, {
    entry: (entry) => entries.push(entry),
    wants: (entry) => entry.path.startsWith("d/"),
    content: (entry, bytes) => contents.set(`${entry.layer}:${entry.path}`, bytes.toString()),
  });
  const base = layers.length - 3;
  expect(layers.map((layer) => layer.createdBy).at(-1)).toContain("rm -r /d");
  expect(layers[base + 1]?.bytes).toBe(3_000_000);
  expect(layers[base + 1]?.contentBytes).toBeGreaterThan(2_999_000);
  expect(layers.every((layer) => /^sha256:[0-9a-f]{64}$/.test(layer.diffId))).toBe(true);
  expect(entries.map((entry) => entry.layer)).toEqual(entries.map((entry) => entry.layer).toSorted((a, b) => a - b));
  const find = (layer: number, path: string) => entries.find((entry) => entry.layer === layer && entry.path === path);
  expect(contents.get(`${base}:d/gone`)).toBe("secret\n");
  expect(find(base, "d/soft")).toMatchObject({ kind: "symlink", link: "kept" });
  expect(new Set(["d/hard", "d/kept"].map((path) => find(base, path)?.kind))).toEqual(new Set(["file", "hardlink"]));
  expect(find(base, "d/kept") ?? {}).toMatchObject({ uid: 1001, gid: 1002, mode: 0o640 });
  expect(find(base + 1, "d/gone")?.kind).toBe("whiteout");
  // This engine writes one whiteout for each path; others write one opaque marker.
  const removed = entries.filter((entry) => entry.layer === base + 2 && /whiteout|opaque/.test(entry.kind));
  expect(removed.map((entry) => entry.path)).toContain(removed[0]?.kind === "opaque" ? "d" : "d/kept");
  await engine.removeImage(image.tag);
  await expect(engine.walkLayers(image, { entry: () => {} })).rejects.toMatchObject({ code: "engine/no-image" });
});

it("leaves a readable log behind a failed build", async () => {
  await using folder = await buildFolder({ Dockerfile: `FROM ${BASE}\nRUN exit 9\n` });
  const request = folder.request();
  await failure(engine.build(request));
  expect((await stat(request.logFile)).size).toBeGreaterThan(100);
  expect(await readFile(request.logFile, "utf8")).toContain('ERROR: process "/bin/sh -c exit 9"');
});
