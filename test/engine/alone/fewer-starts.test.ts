import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exampleContract } from "../../../src/checks/support/examples.ts";
import type { ConnectedEngine } from "../../../src/engine/engine.ts";
import type { Image } from "../../../src/model/types.ts";
import type { CheckResult } from "../../../src/model/types.ts";
import { leastPrivilege } from "../../../src/probes/least-privilege.ts";
import { memory } from "../../../src/probes/memory.ts";
import { missingEnv, type MissingEnv } from "../../../src/probes/missing-env.ts";
import { noNetwork } from "../../../src/probes/no-network.ts";
import type { ProbeContext } from "../../../src/probes/probe.ts";
import { readOnly } from "../../../src/probes/read-only.ts";
import { startUp } from "../../../src/probes/start-up.ts";
import { run } from "../../../src/kit/exec.ts";
import { BASE, buildFolder } from "../engine-fixture.ts";
import { builtImages } from "../support/built-images.ts";
import { seaworthy } from "../support/cli.ts";

/** What is believed without a start of its own, and that one is made wherever belief is not enough. */

const NAMES = ["ALPHA", "BETA", "GAMMA", "DELTA"];
const app = (more: string) => `
import os, signal, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
missing = [name for name in ${JSON.stringify(NAMES)} if name not in os.environ]
${more}
if missing:
    sys.exit("missing: " + ", ".join(missing))
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
ThreadingHTTPServer(("0.0.0.0", 8000), Handler).serve_forever()
`;
const dockerfile = (more = "") =>
  `FROM ${BASE}\nCOPY app.py /app.py\n${more}\n${more === "#ROOT" ? "" : "USER 1001:1001\n"}CMD ["python3", "-u", "/app.py"]\n`;

const images = builtImages();
let evidence = "";

beforeAll(async () => {
  await images.engine().ensure(BASE);
  evidence = await mkdtemp(join(tmpdir(), "seaworthy-test-"));
});
afterAll(async () => {
  await rm(evidence, { recursive: true, force: true });
});

const imageOf = (more: { readonly app?: string; readonly dockerfile?: string } = {}): Promise<Image> =>
  images.build({ Dockerfile: dockerfile(more.dockerfile), "app.py": app(more.app ?? "") });

/** Counts the containers that are started. */
function contextOf(image: Image): ProbeContext & { readonly starts: { count: number } } {
  const starts = { count: 0 };
  const engine = images.engine();
  const counting: ConnectedEngine = Object.create(engine, {
    start: {
      value: (...given: Parameters<ConnectedEngine["start"]>) => {
        starts.count += 1;
        return engine.start(...given);
      },
    },
  });
  return {
    engine: counting,
    image,
    service: { outsideLimits: [], routes: [] } as unknown as ProbeContext["service"],
    contract: {
      ...exampleContract,
      env: NAMES.map((name) => ({ name, required: true, secret: false, example: "given" })),
      limits: { ...exampleContract.limits, startSeconds: 4 },
    },
    build: undefined,
    evidenceDirectory: evidence,
    shared: {},
    signal: new AbortController().signal,
    starts,
  };
}

const told = ({ runs }: MissingEnv) =>
  runs.map(({ name, outcome, named, inWaiting }) => `${name} ${outcome} ${named} ${inWaiting === true}`);

describe("a service without each of its variables", () => {
  it("is run in two containers that wait, where it ends and names it", async () => {
    const context = contextOf(await imageOf());
    expect(told(await missingEnv.collect(context))).toEqual(NAMES.map((name) => `${name} exited true true`));
    expect(context.starts.count).toBe(2);
  });

  it("gets a start of its own where it goes on, and where it ends without the name", async () => {
    const image = await imageOf({
      app: 'missing = [m for m in missing if m != "BETA"]\nif "DELTA" in missing: sys.exit(3)',
    });
    expect(told(await missingEnv.collect(contextOf(image)))).toEqual([
      expect.stringMatching(/^ALPHA exited true/),
      "BETA became healthy false false",
      expect.stringMatching(/^GAMMA exited true/),
      "DELTA exited false false",
    ]);
  });

  it("gets starts of its own where the image has nothing to wait with", async () => {
    const context = contextOf(await imageOf({ dockerfile: "RUN rm /bin/sleep" }));
    expect(told(await missingEnv.collect(context))).toEqual(NAMES.map((name) => `${name} exited true false`));
  });
});

describe("less than it has by default, all at once", () => {
  it("takes one start where the service works so", async () => {
    const context = contextOf(await imageOf());
    expect(await leastPrivilege.collect(context)).toMatchObject({
      noCapabilities: { healthy: true },
      arbitraryUid: { healthy: true },
    });
    expect(await noNetwork.collect(context)).toMatchObject({ healthy: true });
    expect(context.starts.count).toBe(1);
  });

  it("is told apart where it does not", async () => {
    const needsIts = contextOf(await imageOf({ app: 'if os.getuid() != 1001: sys.exit("who am I?")' }));
    expect(await noNetwork.collect(needsIts)).toMatchObject({ healthy: true });
    expect(await leastPrivilege.collect(needsIts)).toMatchObject({
      noCapabilities: { healthy: true },
      arbitraryUid: { healthy: false, problem: expect.stringContaining("who am I?") as string },
    });
  });

  it("is not believed of an image that starts as root, which does as nobody else what it must be able to do", async () => {
    const asRoot = { app: 'if os.getuid() == 0: os.chown("/app.py", 1, 1)', dockerfile: "#ROOT" };
    expect(await leastPrivilege.collect(contextOf(await imageOf(asRoot)))).toMatchObject({
      noCapabilities: { healthy: false, problem: expect.stringContaining("not permitted") as string },
      arbitraryUid: { healthy: true },
    });
  });

  it("is one start for a read-only root and the memory that is given, unless it is too little", async () => {
    const image = await imageOf({ app: "hoard = bytearray(64_000_000)" });
    const roomy = contextOf(image);
    const limits = (megabytes: number) => ({
      ...roomy,
      shared: {},
      service: {
        routes: [],
        outsideLimits: [
          { memoryBytes: megabytes * 1e6, ports: [8000], evidence: { file: "compose.yaml", line: 3, text: "" } },
        ],
      } as unknown as ProbeContext["service"],
    });
    const enough = limits(400);
    expect(await readOnly.collect(enough)).toMatchObject({ healthy: true });
    expect(await memory.collect(enough)).toMatchObject({ healthy: true, killed: false });
    // One that may write everywhere, and one with less: a read-only root, and no more memory than is advised.
    expect(roomy.starts.count).toBe(2);
    const little = limits(32);
    expect(await readOnly.collect(little)).toMatchObject({ healthy: true });
    expect(await memory.collect(little)).toMatchObject({ healthy: false, killed: true });
  });
});

describe("the timed starts of an image that is proven by itself", () => {
  const timed = async (stops: boolean) => {
    const context = contextOf(await imageOf());
    // No interval of five comes near half of it.
    const timing = { startLimitMs: 600_000, stops };
    const seen = await startUp.collect({ ...context, timing, shared: { started: true } });
    return { seen, starts: context.starts.count };
  };

  it("are five where a far limit alone rests on them, and nothing is stopped in time", async () => {
    const { seen, starts } = await timed(false);
    expect(starts).toBe(5);
    expect(seen).toMatchObject({ healthy: true, time: { samples: { length: 5 } }, droppedFirstMs: undefined });
    expect(seen.interval).toBeDefined();
    expect(seen.stop).toBeUndefined();
  });

  it("time stops of the same containers where something rests on them", async () => {
    const { seen, starts } = await timed(true);
    expect(starts).toBe(5);
    expect(seen.stop?.samples.length).toBeGreaterThan(0);
  });
});

it("tries nothing more on a service that is never healthy, and judges what can be judged", async () => {
  const tag = `seaworthy/test:${randomBytes(6).toString("hex")}`;
  images.remove(tag);
  await using folder = await buildFolder({
    Dockerfile: `FROM ${BASE}\nUSER 1001\nEXPOSE 8000\nCMD ["python3", "-c", "import time; time.sleep(1000)"]\n`,
    "seaworthy.yaml": "limits: { startSeconds: 3, graceSeconds: 1 }\n",
  });
  expect(await run("docker", ["build", "--quiet", "--tag", tag, folder.path])).toMatchObject({ code: 0 });
  await using empty = await buildFolder({ "seaworthy.yaml": "limits: { startSeconds: 3, graceSeconds: 1 }\n" });
  const { code, stdout, stderr } = await seaworthy(["verify", "--json", "--image", tag, empty.path]);
  expect(code).toBe(1);
  if (!stdout.startsWith("[")) throw new Error(stderr);
  const results = JSON.parse(stdout) as readonly CheckResult[];
  const of = (id: string) => results.find((result) => result.id === id);
  expect(of("becomes-healthy")).toMatchObject({ status: "fail" });
  for (const id of ["no-network-needed", "memory-within-limit", "read-only-root", "no-capabilities"])
    expect(of(id)).toMatchObject({
      status: "unproven",
      message: expect.stringMatching(/^Not tried: The service never became healthy/) as string,
    });
  expect(of("no-secrets-in-layers")).toMatchObject({ status: "pass" });
});
