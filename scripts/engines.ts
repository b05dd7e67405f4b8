/**
 * One image, one catalogue, several engines: what each of them can prove of the reworked reactbin-api; then each of them
 * builds it and gives the checks of `--quick`.
 *   npm run test:engines   the lab's Docker, Docker 29 from its sources, 28 of Debian forky, 20.10 of Debian 12, Docker
 *                          without root, Podman 5, 4 and without root; starts those that do not run yet, and ends
 *                          runs on Docker 29, 28 and Podman 5 by kill -9 as well
 * Exit code 1 when a check fails on one of them, or when two tell it differently and neither calls it unproven.
 */
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { reworkedService } from "../bench/verify/reworked.ts";
import { buildFlags } from "../bench/verify/times.ts";
import { run } from "../src/kit/exec.ts";
import type { CheckResult } from "../src/model/types.ts";
import { argumentsOf } from "./usage.ts";

argumentsOf(import.meta.url, {});

const EXAMPLE = ".lab/examples/reactbin-api";
const IMAGE = `seaworthy-engines/reactbin-api:${process.pid}`;
const labOf = (folder: string, suite: string) => ({
  SEAWORTHY_LAB_DIR: resolve(".lab", folder),
  SEAWORTHY_LAB_ENGINE: suite,
});

interface Target {
  readonly name: string;
  /** Starts it, and tells its address. */
  readonly start: () => Promise<string>;
  /** Where the podman command is that builds on it. */
  readonly commands?: string;
  /** It refuses to build, with this code. */
  readonly refuses?: string;
}

const PODMAN_4 = resolve(".lab", "podman-4");
const PODMAN_5 = resolve(".lab", "podman", "bin");

const last = (variable: string) => `printf '%s' "\${${variable}}"`;
const targets: readonly Target[] = [
  { name: "docker, the lab's", start: () => shell(`eval "$(scripts/lab env)"; ${last("DOCKER_HOST")}`) },
  { name: "docker 29", start: () => upAndAddress(labOf("docker-29", "moby")) },
  { name: "docker 28", start: () => upAndAddress(labOf("docker-28", "forky")) },
  { name: "docker 20.10", start: () => upAndAddress(labOf("docker-20.10", "bookworm")), refuses: "engine/old-builder" },
  { name: "docker rootless", start: () => rootless("docker") },
  { name: "podman 5", start: () => podmanAndAddress({}), commands: PODMAN_5 },
  {
    name: "podman 4",
    start: () => podmanAndAddress({ SEAWORTHY_PODMAN_DIR: PODMAN_4, SEAWORTHY_PODMAN_RELEASE: "bookworm" }),
    commands: join(PODMAN_4, "bin"),
  },
  { name: "podman rootless", start: () => rootless("podman"), commands: PODMAN_5 },
];

// Both know the lab's registry by what `scripts/lab env` says.
const rootless = async (engine: string) =>
  (await shell(`eval "$(scripts/lab env)"; scripts/lab-rootless up ${engine}`)).trim();

const upAndAddress = (lab: Readonly<Record<string, string>>) =>
  shell(`scripts/lab up --quiet; eval "$(scripts/lab env)"; ${last("DOCKER_HOST")}`, lab);

const podmanAndAddress = (lab: Readonly<Record<string, string>>) =>
  shell(`scripts/lab-podman up; eval "$(scripts/lab-podman env)"; ${last("SEAWORTHY_PODMAN")}`, lab);

/** @throws Error with the end of its stderr unless it ends with 0. */
async function shell(script: string, env: Readonly<Record<string, string>> = {}, ...words: readonly string[]) {
  const { code, stdout, stderr } = await run("bash", ["-euo", "pipefail", "-c", script, "bash", ...words], { env });
  if (code !== 0) throw new Error(`${script}: ended with ${code}\n${stderr.slice(-2000)}`);
  return stdout;
}

/** As `docker save` wrote it before OCI layouts: every engine reads that, with its HEALTHCHECK. */
async function savedImage(folder: string): Promise<string> {
  const archive = join(folder, "image.tar");
  const script = `docker save "$2" | tar -x -C "$1/image" && rm -f "$1/image/index.json" "$1/image/oci-layout" && tar -C "$1/image" -cf "$3" .`;
  await mkdir(join(folder, "image"));
  await shell(script, {}, folder, IMAGE, archive);
  return archive;
}

const at = (host: string) => ["--fail", "--silent", "--show-error", "--unix-socket", host.replace("unix://", "")];

async function load(host: string, archive: string): Promise<void> {
  const body = ["-H", "content-type: application/x-tar", "--data-binary", `@${archive}`];
  const { code, stdout, stderr } = await run("curl", [...at(host), ...body, "http://engine/v1.41/images/load"]);
  if (code !== 0) throw new Error(`${host} does not take the image: ${stdout}${stderr}`);
}

// Podman gives a name without a registry one of its own.
const NAMES = [IMAGE, `docker.io/${IMAGE}`, `localhost/${IMAGE}`];

async function removeImage(host: string): Promise<void> {
  for (const image of NAMES) await run("curl", [...at(host), "-X", "DELETE", `http://engine/v1.41/images/${image}`]);
}

/** The catalogue's word on the image there. */
async function verified(host: string, folder: string): Promise<Told> {
  for (const image of NAMES) {
    const words = ["dist/cli.js", "verify", "--json", "--image", image, "--engine", host, folder];
    const { stdout, stderr } = await run(process.execPath, words, { keepBytes: 64_000_000 });
    if (stdout.startsWith("[")) return told(stdout);
    if (!stderr.includes("no image")) throw new Error(stderr.slice(-2000));
  }
  throw new Error(`${host} has no image ${IMAGE}`);
}

/** What is said of the image that is built there; undefined where it refuses to build, as it should. */
async function built({ name, commands, refuses }: Target, host: string, service: string): Promise<Told | undefined> {
  const folder = join(scratch, name.replaceAll(/\W+/g, "-"));
  await cp(service, folder, { recursive: true, filter: (path) => !path.endsWith("/.seaworthy") });
  const env = commands === undefined ? {} : { PATH: `${commands}:${process.env["PATH"]}` };
  const words = ["dist/cli.js", "verify", "--quick", "--json", "--engine", host, folder];
  const { stdout, stderr, milliseconds } = await run(process.execPath, words, { keepBytes: 64_000_000, env });
  const refused = refuses !== undefined && stderr.includes(refuses);
  const what = refused ? "refused to build" : "built and verified";
  process.stderr.write(`${name}: ${what} in ${(milliseconds / 1000).toFixed(0)} s\n`);
  if (refused) return undefined;
  if (stdout.startsWith("[") && refuses === undefined) return told(stdout);
  throw new Error(`${name} ${refuses === undefined ? "" : `does not refuse with ${refuses}`}\n${stderr.slice(-2000)}`);
}

type Told = ReadonlyMap<string, CheckResult>;
const told = (stdout: string): Told =>
  new Map((JSON.parse(stdout) as CheckResult[]).map((check) => [check.id, check] as const));

const scratch = await mkdtemp(join(tmpdir(), "seaworthy-engines-"));
const seen = new Map<string, Told>();
const seenBuilt = new Map<string, Told>();
const hosts = new Map<string, string>();
const absent: string[] = [];
try {
  const { folder, pins } = await reworkedService(EXAMPLE, join(scratch, "service"));
  const file = ["-f", join(folder, "Dockerfile.prod"), "-t", IMAGE, folder];
  await shell('docker build --quiet "$@"', {}, ...(await buildFlags({ folder, pins })), ...file);
  const archive = await savedImage(scratch);
  for (const target of targets) {
    const { name } = target;
    // One that does not start here takes nothing from what the others show.
    const host = await target.start().catch((error: unknown) => {
      process.stderr.write(`${name}: does not start: ${error instanceof Error ? error.message : String(error)}\n`);
      absent.push(name);
    });
    if (host === undefined) continue;
    hosts.set(name, host);
    try {
      await load(host, archive);
      process.stderr.write(`${name}: ${host}\n`);
      seen.set(name, await verified(host, folder));
    } finally {
      await removeImage(host);
    }
    const quick = await built(target, host, folder);
    if (quick !== undefined) seenBuilt.set(name, quick);
  }
} finally {
  await rm(scratch, { recursive: true, force: true });
}

/** Prints what was told, check by check, and why not; returns how many checks fail or are told differently. */
function table(title: string, of: ReadonlyMap<string, Told>): number {
  const names = [...of.keys()];
  const ids = [...new Set([...of.values()].flatMap((one) => [...one.keys()]))];
  let wrong = 0;
  process.stdout.write(`\n${title.padEnd(30)}${names.map((name) => name.padEnd(20)).join("")}\n`);
  for (const id of ids) {
    const results = names.map((name) => of.get(name)?.get(id));
    const words = results.map((one) => one?.status ?? "missing");
    const differs = new Set(words.filter((word) => word !== "unproven")).size > 1;
    if (differs || words.includes("fail") || words.includes("missing")) wrong += 1;
    const mark = differs ? "<< told differently" : "";
    process.stdout.write(`${id.padEnd(30)}${words.map((word) => word.padEnd(20)).join("")}${mark}\n`);
    for (const [index, one] of results.entries())
      if (one?.status === "fail" || one?.status === "unproven")
        process.stdout.write(`  ${names[index] ?? ""}: ${one.message}\n`);
  }
  const verdict = wrong === 0 ? "all agree" : `${wrong} fail or are told differently`;
  process.stdout.write(`\n${names.length} engines, ${ids.length} checks: ${verdict}.\n`);
  return wrong;
}

const wrong = table("check", seen) + table("built there, --quick", seenBuilt);
// The lab's own has its place in `npm run test:engine`.
const podman =
  'eval "$(scripts/lab-podman env)"; exec npx vitest run --project alone test/engine/alone/killed-elsewhere.test.ts';
const killed = await run("bash", ["-c", podman], {
  env: { SEAWORTHY_ENGINES: ["docker 29", "docker 28", "podman 5"].flatMap((name) => hosts.get(name) ?? []).join(" ") },
  onLine: (_stream, line) => process.stdout.write(`${line}\n`),
});
if (absent.length > 0) process.stdout.write(`\nNot started, so nothing is shown of: ${absent.join(", ")}.\n`);
process.exitCode = wrong === 0 && killed.code === 0 && absent.length === 0 ? 0 : 1;
