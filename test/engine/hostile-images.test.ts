import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../../src/kit/exec.ts";
import type { CheckResult } from "../../src/model/types.ts";
import { leftOf, type Outcome, seaworthy } from "./support/cli.ts";
import { hostileDockerfile } from "./support/hostile.ts";
import { peakMemory } from "./support/peak-memory.ts";
import { type Fixture, tinyConfiguration, tinyService } from "./support/tiny-service.ts";

/** Images that misbehave in every way that was seen: each gets a verdict, and nothing of it stays. */
const NAME = `seaworthy-test/hostile-${process.pid}`;
/** What we need at most, whatever an image writes or sends. It is some 150 MB for a healthy one. */
const MOST_BYTES = 400e6;
/** Names like ours and no label: somebody else's. */
const DECOY = "seaworthy-0123456789ab";
const AT_ONCE = 3;
/** All of them, each by the whole catalogue, on a busy machine. */
const MOST_MS = 3_600_000;

interface Case {
  readonly name: string;
  readonly says: string;
  /** Of `becomes-healthy`. */
  readonly status: CheckResult["status"];
  readonly message: RegExp;
  /** It is waited for until the patience ends, which takes minutes on a busy machine: `npm run test:hostile` has these too. */
  readonly waits?: true;
}

/** Those that take longest come first. */
const all: readonly Case[] = [
  { name: "forks", says: "forks forever", status: "fail", message: /never became healthy/, waits: true },
  { name: "silent", says: "never answers", status: "fail", message: /a request stayed unanswered/, waits: true },
  { name: "garbage", says: "answers garbage", status: "fail", message: /Parse Error|hang up|ECONNRESET/, waits: true },
  { name: "floods", says: "floods the log with 100 MB", status: "pass", message: /./ },
  { name: "line", says: "writes a line of 100 MB", status: "pass", message: /./ },
  { name: "endless", says: "sends a body without an end", status: "pass", message: /./ },
  { name: "ipv6", says: "listens on IPv6 only", status: "unproven", message: /port \d+ of IPv6 only/, waits: true },
  // The healthy neighbours of the two that wait: neither is accused.
  { name: "both", says: "listens on IPv6 and IPv4 by one socket", status: "pass", message: /./ },
  { name: "late", says: "answers each request after two seconds", status: "pass", message: /./ },
  { name: "ends", says: "exits with 0 at once", status: "fail", message: /exited with code 0 .*Its last line: done/ },
  { name: "noshell", says: "has no shell", status: "pass", message: /./ },
  { name: "nocommand", says: "has no command", status: "fail", message: /no command specified/ },
];
const every = process.env["SEAWORTHY_EVERY_IMAGE"] === "1";
const cases = all.filter(({ waits }) => waits !== true || every);
/** `npm run test:hostile` has the whole catalogue look at each of them. */
const how = every ? [] : ["--quick"];

let fixture: Fixture;
const outcomes = new Map<string, Outcome & { readonly peakBytes: number }>();

beforeAll(async () => {
  fixture = await tinyService({
    "seaworthy.yaml": tinyConfiguration("limits: { startSeconds: 6, graceSeconds: 1 }\n"),
  });
  await buildAll(cases.map(({ name }) => name));
  await run("docker", ["network", "create", DECOY]);
  await run("docker", ["volume", "create", DECOY]);
  const decoy = await run("docker", ["create", "--name", DECOY, "--network", DECOY, `${NAME}:ends`]);
  expect(decoy).toMatchObject({ code: 0 });
  expect(await run("docker", ["tag", `${NAME}:ends`, `seaworthy/tiny:${process.pid}-after`])).toMatchObject({
    code: 0,
  });
  const left = [...cases];
  const work = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) outcomes.set(one.name, await verify(one.name));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}, MOST_MS);

afterAll(async () => {
  await run("docker", ["rm", "--force", DECOY]);
  await run("docker", ["network", "rm", DECOY]);
  await run("docker", ["volume", "rm", DECOY]);
  await run("docker", [
    "rmi",
    "--force",
    `seaworthy/tiny:${process.pid}-after`,
    ...cases.map(({ name }) => `${NAME}:${name}`),
  ]);
  await fixture[Symbol.asyncDispose]();
});

async function buildAll(names: readonly string[]): Promise<void> {
  const context = await mkdtemp(join(tmpdir(), "seaworthy-test-"));
  try {
    const { dockerfile, files } = hostileDockerfile();
    for (const [path, content] of Object.entries({ ...files, Dockerfile: dockerfile }))
      await writeFile(join(context, path), content);
    for (const name of names) {
      const build = ["buildx", "build", "--builder", "default", "--load", "--target", name, "--tag", `${NAME}:${name}`];
      expect(await run("docker", [...build, context])).toMatchObject({ code: 0 });
    }
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}

async function verify(name: string): Promise<Outcome & { readonly peakBytes: number }> {
  const { env, bytesOf } = peakMemory();
  const outcome = await seaworthy(["verify", ...how, "--json", "--image", `${NAME}:${name}`, fixture.folder], env);
  return { ...outcome, peakBytes: bytesOf(outcome.stderr) };
}

describe.each(cases)("an image that $says", ({ name, status, message }) => {
  it("gets a verdict, with a bounded memory of ours and without a bug of ours", () => {
    const { code, stdout, stderr, peakBytes } = outcomes.get(name) as NonNullable<ReturnType<typeof outcomes.get>>;
    expect(stderr).not.toMatch(/\n\s+at |bug in seaworthy/);
    if (!stdout.startsWith("[")) throw new Error(stderr);
    const verdict = (JSON.parse(stdout) as readonly CheckResult[]).find(({ id }) => id === "becomes-healthy");
    expect(verdict).toMatchObject({ status, message: expect.stringMatching(message) as string });
    expect(code).toBe(1);
    expect(peakBytes).toBeGreaterThan(30e6);
    expect(peakBytes).toBeLessThan(MOST_BYTES);
  });
});

it("leaves nothing of any of them, and takes nothing of what others named alike", async () => {
  expect(await leftOf(fixture.folder)).toEqual([]);
  const lists = {
    container: ["ps", "--all", "--filter", `name=^${DECOY}$`, "--format", "{{.Names}}"],
    network: ["network", "ls", "--filter", `name=^${DECOY}$`, "--format", "{{.Name}}"],
    volume: ["volume", "ls", "--filter", `name=^${DECOY}$`, "--format", "{{.Name}}"],
    image: ["images", "--format", "{{.Tag}}", `seaworthy/tiny:${process.pid}-after`],
  };
  const found = await Promise.all(Object.values(lists).map(async (list) => (await run("docker", list)).stdout.trim()));
  expect(found).toEqual([DECOY, DECOY, DECOY, `${process.pid}-after`]);
  for (const { name } of cases) expect(await run("docker", ["inspect", `${NAME}:${name}`])).toMatchObject({ code: 0 });
});
