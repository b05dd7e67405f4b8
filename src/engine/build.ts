import { createWriteStream } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { finished } from "node:stream/promises";
import { UserError } from "../kit/errors.ts";
import { run } from "../kit/exec.ts";
import { unwritable } from "../kit/files.ts";
import { redact, redactByShape, secretLines } from "../kit/redact.ts";
import { mayNameSecret } from "../kit/secret-names.ts";
import { visible } from "../kit/text.ts";
import type { BuildStep } from "../model/types.ts";
import { podmanArguments, sharedArguments } from "./build-arguments.ts";
import { diskFullIn, failureOf, lostIn, tooOldIn } from "./build-failure.ts";
import type { BuildRequest, EngineCli } from "./engine.ts";
import { PlainTrace } from "./trace-plain.ts";
import { PodmanTrace } from "./trace-podman.ts";
import { RawJsonTrace } from "./trace-rawjson.ts";
import type { TraceReader } from "./trace.ts";

/** What builds need from the engine they belong to. */
export interface Builder {
  readonly cli: EngineCli;
  labels(keepMs: number | undefined): Readonly<Record<string, string>>;
  /** What is written on the layers of a build, where they are images. */
  layerLabels(): Readonly<Record<string, string>>;
}

interface Built {
  readonly milliseconds: number;
  readonly steps: readonly BuildStep[];
}

/**
 * Builds with the command line and BuildKit, on the builder that belongs to the engine itself.
 * @throws UserError `engine/build-failed` or `engine/base-not-found`; the signal's reason when it fired.
 */
export async function buildImage(builder: Builder, request: BuildRequest): Promise<Built> {
  const clean = await cleaner(request, builder.cli.env);
  await mkdir(dirname(request.logFile), { recursive: true });
  const { trace, args } = await waysOf(builder, request);
  const log = createWriteStream(request.logFile);
  // Without a listener a full disk would end the process, and leave all that it has on the engine.
  const written = finished(log).catch((error: unknown) => unwritable(request.logFile, error));
  try {
    const ended = await run(builder.cli.program, args, {
      env: { ...builder.cli.env, DOCKER_BUILDKIT: "1", BUILDX_NO_DEFAULT_ATTESTATIONS: "1", DOCKER_CLI_HINTS: "false" },
      signal: request.signal,
      // The trace has what matters; a long build's JSON is not worth keeping in memory.
      keepBytes: 64_000,
      onLine: (_, line) => {
        for (const readable of trace.push(line)) log.write(`${clean(readable)}\n`);
      },
    });
    if (ended.code !== 0) throw buildFailure(trace, request, clean);
    const steps = trace.steps().map((step) => ({ ...step, name: clean(step.name) }));
    log.end();
    const problem = await written;
    if (problem !== undefined) throw problem;
    return { milliseconds: ended.milliseconds, steps };
  } finally {
    log.end();
    await written;
  }
}

/** How this engine's command line is asked, and how what it says is read. */
async function waysOf(
  builder: Builder,
  request: BuildRequest,
): Promise<{ readonly trace: TraceReader; readonly args: readonly string[] }> {
  if (builder.cli.program === "podman") {
    const layerLabels = (await labelsLayers(builder.cli)) ? builder.layerLabels() : {};
    const args = await podmanArguments(request, builder.labels(request.keepMs), layerLabels);
    return { trace: new PodmanTrace(), args };
  }
  const raw = await hasRawJson(builder.cli);
  return { trace: raw ? new RawJsonTrace() : new PlainTrace(), args: buildArguments(builder, request, raw) };
}

/**
 * The cache mounts of our builds. A build without cache empties those of its steps before it begins: without a namespace
 * it would empty the user's, whose Dockerfiles all name the same folders of pip and uv.
 */
const MOUNTS = "seaworthy";

export function buildArguments(
  builder: Pick<Builder, "cli" | "labels">,
  request: BuildRequest,
  raw: boolean,
): readonly string[] {
  const labels = { ...request.labels, ...builder.labels(request.keepMs) };
  return [
    "buildx",
    "build",
    // The engine's own builder, whatever `docker buildx use` chose: the result must land in this engine.
    "--builder",
    builder.cli.env["DOCKER_CONTEXT"] ?? "default",
    `--progress=${raw ? "rawjson" : "plain"}`,
    "--load",
    // Nobody reads the attestation here, and walking it has crashed engines (moby/buildkit#5606).
    "--provenance=false",
    "--build-arg",
    `BUILDKIT_CACHE_MOUNT_NS=${request.mounts ?? MOUNTS}`,
    ...sharedArguments(request, labels),
  ];
}

/** Podman can since 4.8. Asked once. */
let layersAreLabelled: Promise<boolean> | undefined;
export function labelsLayers({ program, env }: EngineCli): Promise<boolean> {
  if (program !== "podman") return Promise.resolve(false);
  layersAreLabelled ??= run(program, ["build", "--help"], { env }).then(
    ({ stdout }) => stdout.includes("--layer-label"),
    () => false, // Without the command nothing is built.
  );
  return layersAreLabelled;
}

const probed = new Map<string, Promise<boolean>>();

/** rawjson came with buildx 0.13. Asked once for each command line. */
function hasRawJson(cli: EngineCli): Promise<boolean> {
  const key = JSON.stringify(cli);
  const known = probed.get(key) ?? probe(cli);
  probed.set(key, known);
  return known;
}

async function probe(cli: EngineCli): Promise<boolean> {
  const needs = "seaworthy builds with BuildKit: install the `docker` command with its buildx plugin.";
  const { code, stdout } = await run("docker", ["buildx", "version"], { env: cli.env });
  if (code !== 0) throw new UserError("engine/no-buildx", "The docker command has no buildx plugin", { hint: needs });
  return isRawJsonVersion(stdout);
}

export function isRawJsonVersion(text: string): boolean {
  const version = /v?(\d+)\.(\d+)\.\d+/.exec(text.replace(/^\S*\/\S*\s/, ""));
  if (version === null) return true; // Built from source: new.
  return Number(version[1]) > 0 || Number(version[2]) >= 13;
}

/** Takes secrets out of a line: the contents of the secrets, build arguments named like secrets, and known shapes. */
async function cleaner(request: BuildRequest, env: Builder["cli"]["env"]): Promise<(line: string) => string> {
  const secrets = Object.entries(request.buildArgs)
    .filter(([name]) => mayNameSecret(name))
    .map(([, value]) => value)
    .concat(request.hidden ?? []);
  for (const source of Object.values(request.secrets)) {
    const text =
      typeof source === "string"
        ? await readFile(source, "utf8").catch(() => "")
        : (env[source.env] ?? process.env[source.env] ?? "");
    // A bundle of public certificates is long and no secret; a key or a .env is short.
    if (text.length <= 16_384) secrets.push(...secretLines(text));
  }
  return (line) => redactByShape(redact(visible(line), secrets));
}

function buildFailure(trace: TraceReader, request: BuildRequest, clean: (line: string) => string): UserError {
  const rest = trace.rest();
  const failed = trace.failure();
  const errors = rest.filter((line) => line.startsWith("ERROR: "));
  const text = errors.join("\n");
  const known = lostIn(text) ?? tooOldIn(text) ?? failureOf(text);
  if (known !== undefined) return known;
  const said = (errors.at(-1) ?? rest.at(-1) ?? "no reason given").replace(/^ERROR: (?:failed to solve: )?/, "");
  const line = lineIn(rest);
  return new UserError(
    "engine/build-failed",
    failed === undefined
      ? `The build failed: ${clean(said)}`
      : `The build failed at the step \`${clean(failed.step)}\`: ${clean(failed.error)}`,
    {
      hint: `${diskFullIn(`${failed?.error}\n${failed?.log.join("\n")}\n${said}`) ? "The engine's disk is full: `docker system df` shows by what. " : ""}The whole output is in ${request.logFile}.`,
      where: { file: request.dockerfile, ...(line === undefined ? {} : { line }) },
      details: (failed?.log.length ? failed.log : rest.slice(-50)).map(clean),
    },
  );
}

/** BuildKit shows `Dockerfile:4` above an excerpt, in which `>>>` marks the lines of the step. */
function lineIn(rest: readonly string[]): number | undefined {
  const rule = rest.findIndex((line, index) => /^-{5,}$/.test(line) && /:\d+$/.test(rest[index - 1] ?? ""));
  const number = /:(\d+)$/.exec(rest[rule - 1] ?? "")?.[1];
  return number === undefined ? undefined : Number(number);
}
