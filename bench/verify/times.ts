import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { run } from "../../src/kit/exec.ts";
import { median } from "../../src/kit/units.ts";
import { mirrorOf } from "../../src/pipeline/bases.ts";
import { parseMirrors } from "../../src/registry/endpoints.ts";
import { type Goal, inTurn, row, say } from "../measure.ts";
import { type GoTool, STRUCTURE_TEST } from "../peers/go-tools.ts";
import { PEERS } from "../peers/install.ts";
import { reworkedService, type ReworkedService } from "./reworked.ts";

const EXAMPLE = ".lab/examples/reactbin-api";
const SCRIPT = "scripts/verify_production_image.sh";

/** The few checks that fit container-structure-test, of the image of reactbin-api. */
const FEW = {
  schemaVersion: "2.0.0",
  metadataTest: { user: "1001:1001", exposedPorts: ["8000"], entrypoint: [] },
  fileExistenceTests: [
    { name: "the service", path: "/app/app/main.py", shouldExist: true },
    { name: "no uv", path: "/usr/local/bin/uv", shouldExist: false },
    { name: "no environment file", path: "/app/.env", shouldExist: false },
  ],
  commandTests: [
    { name: "no development packages", command: "python", args: ["-c", "import pytest"], exitCode: 1 },
    { name: "the framework", command: "python", args: ["-c", "import fastapi, uvicorn"], exitCode: 0 },
  ],
};

/** A probe and how long it took. */
interface Wait {
  readonly what: string;
  readonly seconds: number;
}

/**
 * The proof of one reworked service on warm caches: ours in three forms, and the script that proves the contract with
 * bash and docker, then container-structure-test. In turn A B C, A B C, …; the first round warms up.
 */
export async function benchVerifyTimes(
  tools: readonly GoTool[],
  rounds: number,
  signal: AbortSignal,
): Promise<readonly Goal[]> {
  const { folder, pins } = await reworkedService(EXAMPLE, resolve(PEERS, "verify-service"));
  const image = `seaworthy-bench/reactbin-api:${process.pid}`;
  const flags = await buildFlags({ folder, pins });
  const file = ["-f", join(folder, "Dockerfile.prod"), "-t", image, folder];
  await demand("docker", ["build", "--quiet", ...flags, ...file], { signal });
  const waits: Wait[] = [];
  const verify = async (...words: readonly string[]) => {
    const ended = await demand(process.execPath, ["dist/cli.js", "verify", ...words, folder], { signal });
    if (words.length === 0) waits.push(...waitsIn(ended.stderr));
    return ended.milliseconds / 1000;
  };
  const script = async () => {
    const env = { IMAGE: undefined, BUILD_FLAGS: flags.join(" ") };
    return (await demand("bash", [join(folder, SCRIPT)], { env, signal })).milliseconds / 1000;
  };
  const structureTest = await structureTestOf(tools, image, signal);
  try {
    const measures: Readonly<Record<string, () => Promise<number>>> = {
      whole: () => verify(),
      image: () => verify("--image", image),
      quick: () => verify("--quick"),
      script,
      ...(structureTest === undefined ? {} : { structureTest }),
    };
    const samples = await inTurn(told(measures), rounds);
    return judged(samples, slowest(waits));
  } finally {
    await run("docker", ["image", "rm", "--force", image]);
  }
}

/** Each says when it begins and what it took: a round takes minutes, and one that hangs has to be seen. */
function told(
  measures: Readonly<Record<string, () => Promise<number>>>,
): Readonly<Record<string, () => Promise<number>>> {
  const telling = Object.entries(measures).map(([name, measure]) => {
    const tell = async () => {
      process.stderr.write(`${name} … `);
      const seconds = await measure();
      process.stderr.write(`${seconds.toFixed(1)} s\n`);
      return seconds;
    };
    return [name, tell] as const;
  });
  return Object.fromEntries(telling);
}

function judged(samples: Readonly<Record<string, readonly number[]>>, wait: Wait | undefined): readonly Goal[] {
  const { whole = [], image = [], quick = [], script = [], structureTest } = samples;
  const both = script.map((seconds, round) => seconds + (structureTest?.[round] ?? 0));
  const other =
    structureTest === undefined ? "the script (container-structure-test is not here)" : "script, then structure test";
  say(`\nThe proof of ${EXAMPLE}, reworked, on warm caches (the first round is a warm-up)`);
  say(row("verify FOLDER: builds, and the whole catalogue", whole, "s"));
  say(row("verify --image: the catalogue of an image", image, "s"));
  say(row("verify --quick: seven checks", quick, "s"));
  say(row("the standalone script: builds, and its checks", script, "s"));
  if (structureTest !== undefined) say(row("container-structure-test: seven checks", structureTest, "s"));
  say(row(other, both, "s"));
  if (wait !== undefined) say(`The slowest honest wait of the catalogue: ${wait.what}, ${wait.seconds.toFixed(1)} s`);
  const goal = (title: string, reached: readonly number[], limit: number): Goal => ({
    title,
    reached: median(reached),
    limit,
    unit: "s",
  });
  return [
    goal("verify FOLDER", whole, 90),
    goal("verify --image", image, 90),
    goal("verify --quick", quick, 15),
    goal(`verify FOLDER, against ${other}`, whole, median(both)),
  ];
}

/** What a person behind a proxy and a mirror passes to docker, and the commit that the image's label names. */
export async function buildFlags({ folder, pins }: ReworkedService): Promise<readonly string[]> {
  const { stdout: commit } = await run("git", ["rev-parse", "HEAD"], { cwd: folder });
  const ca = process.env["SEAWORTHY_CA"];
  const mirrors = parseMirrors(process.env["SEAWORTHY_MIRRORS"]);
  const contexts = pins.flatMap(({ image, digest }) => {
    const mirror = mirrorOf(`${image}@${digest}`, mirrors);
    return mirror === undefined ? [] : ["--build-context", `${image}@${digest}=docker-image://${mirror}`];
  });
  const revision = ["--build-arg", `REVISION=${commit.trim()}`];
  return [...revision, ...(ca === undefined ? [] : ["--secret", `id=ca-bundle,src=${ca}`]), ...contexts];
}

/** Undefined when it did not install. */
async function structureTestOf(tools: readonly GoTool[], image: string, signal: AbortSignal) {
  const program = tools.find(({ name }) => name === STRUCTURE_TEST)?.program;
  if (program === undefined) return undefined;
  const file = resolve(PEERS, "verify-few.json");
  await mkdir(PEERS, { recursive: true });
  await writeFile(file, JSON.stringify(FEW));
  const words = ["test", "--image", image, "--config", file];
  return async () => (await demand(program, words, { signal })).milliseconds / 1000;
}

/** What `verify` says of each probe on stderr: its title, and how long it took. */
const waitsIn = (stderr: string): readonly Wait[] =>
  [...stderr.matchAll(/^ *[\d.]+ s {2}(.*) \(([\d.]+) (ms|s)\)$/gm)].map(([, what = "", took, unit]) => ({
    what,
    seconds: Number(took) / (unit === "ms" ? 1000 : 1),
  }));

/** The probe whose median is the longest. */
function slowest(waits: readonly Wait[]): Wait | undefined {
  const all = [...new Set(waits.map(({ what }) => what))];
  return all
    .map((what) => ({ what, seconds: median(waits.filter((one) => one.what === what).map(({ seconds }) => seconds)) }))
    .toSorted((a, b) => b.seconds - a.seconds)[0];
}

/** Ten times what the slowest takes on a quiet machine. */
const LIMIT_MS = 900_000;

/** @throws Error unless it ends in time, with 0, or with 1, which says that something is not proven. */
async function demand(program: string, args: readonly string[], options: Parameters<typeof run>[2]) {
  const finished = await run(program, args, { ...options, timeoutMs: LIMIT_MS });
  if (finished.code <= 1) return finished;
  const words = [program, ...args].join(" ");
  throw new Error(
    `${words} ended with ${finished.code}:\n${finished.stdout.slice(-1500)}${finished.stderr.slice(-1500)}`,
  );
}
