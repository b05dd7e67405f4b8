import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { run } from "../../src/kit/exec.ts";
import type { GoTool } from "../peers/go-tools.ts";
import { PEERS } from "../peers/install.ts";
import { diveRules, gossFile, gossWait, GREETING, structureTest, TOKEN } from "./settings.ts";

/** What a peer says about one image. */
export interface Said {
  /** One line for everything it names, of whatever severity. */
  readonly findings: readonly string[];
  /** Those of them that make it fail as it comes. */
  readonly failing: readonly string[];
}

export interface Peer {
  readonly name: string;
  judge(image: string): Promise<Said>;
}

const CONFIGURATIONS = resolve(PEERS, "verify");

/** The peers that are installed, each with the best configuration that it can be given. */
export async function peersOf(tools: readonly GoTool[]): Promise<readonly Peer[]> {
  await mkdir(CONFIGURATIONS, { recursive: true });
  const write = async (name: string, content: object | string) => {
    const text = typeof content === "string" ? content : JSON.stringify(content, undefined, 2);
    await writeFile(join(CONFIGURATIONS, name), text);
  };
  await write("structure-test.json", structureTest);
  await write("goss-wait.json", gossWait);
  await write("goss.json", gossFile);
  await write("dive.yaml", diveRules);
  const known: Readonly<Record<string, (program: string) => Peer["judge"]>> = {
    "container-structure-test": (program) => (image) =>
      structureTests(program, image, join(CONFIGURATIONS, "structure-test.json")),
    goss: (program) => (image) => goss(program, image),
    dockle: (program) => (image) => dockle(program, image),
    dive: (program) => (image) => dive(program, image),
    trivy: (program) => (image) => trivy(program, image),
  };
  return tools.flatMap(({ name, program }) => {
    const judge = program === undefined ? undefined : known[name]?.(program);
    return judge === undefined ? [] : [{ name, judge }];
  });
}

const failing = (findings: readonly string[]): Said => ({ findings, failing: findings });

async function structureTests(program: string, image: string, file: string): Promise<Said> {
  interface Result {
    readonly Results: readonly {
      readonly Name: string;
      readonly Pass: boolean;
      readonly Errors?: readonly string[] | null;
    }[];
  }
  const flags = ["test", "--image", image, "--config", file, "--output", "json", "--no-color"];
  const { Results: results } = json(program, await run(program, flags)) as Result;
  return failing(
    results
      .filter(({ Pass: pass }) => !pass)
      .flatMap(({ Name: name, Errors: errors }) =>
        name === "Metadata Test" ? (errors ?? []).map((error) => `${name}: ${error}`) : [name],
      ),
  );
}

/** As its wrapper dgoss does: the static program is bound into a container, which runs as it should in production. */
async function goss(program: string, image: string): Promise<Said> {
  const flags = [
    "--read-only",
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges",
    "--env",
    GREETING,
    "--env",
    TOKEN,
  ];
  const mounts = ["--volume", "/data", "--volume", `${dirname(program)}:/goss:ro`];
  const bound = [...mounts, "--volume", `${CONFIGURATIONS}:/goss.d:ro`];
  const created = await run("docker", ["create", "--label", "seaworthy-bench", ...flags, ...bound, image]);
  if (created.code !== 0) return failing([`the container is refused: ${created.stderr.trim()}`]);
  const id = created.stdout.trim();
  try {
    const started = await run("docker", ["start", id]);
    if (started.code !== 0) return failing(["the container does not start"]);
    const ask = (file: string, ...more: readonly string[]) =>
      run("docker", ["exec", id, "/goss/goss", "-g", `/goss.d/${file}`, "validate", ...more]);
    await ask("goss-wait.json", "--retry-timeout", "8s", "--sleep", "200ms");
    interface Result {
      readonly results: readonly {
        readonly "resource-type": string;
        readonly "resource-id": string;
        readonly property: string;
        readonly successful: boolean;
      }[];
    }
    const told = await ask("goss.json", "--format", "json");
    if (!told.stdout.startsWith("{")) return failing(["the container has ended"]);
    const { results } = json("goss", told) as Result;
    return failing(
      results
        .filter(({ successful }) => !successful)
        .map((one) => `${one["resource-type"]} ${one["resource-id"]} ${one.property}`),
    );
  } finally {
    await run("docker", ["rm", "--force", "--volumes", id]);
  }
}

async function dockle(program: string, image: string): Promise<Said> {
  interface Result {
    readonly details?:
      | readonly { readonly code: string; readonly level: string; readonly alerts: readonly string[] }[]
      | null;
  }
  // From an archive: it asks a registry for a name, whatever engine there is.
  const archive = join(CONFIGURATIONS, `${image.replaceAll(/[^\w.-]/g, "-")}.tar`);
  await run("docker", ["save", "--output", archive, image]);
  const told = await run(program, ["--format", "json", "--exit-code", "0", "--timeout", "120s", "--input", archive]);
  await rm(archive, { force: true });
  const details = (json(program, told) as Result).details ?? [];
  const lines = (of: typeof details) =>
    of.flatMap(({ code, alerts }) => alerts.map((alert) => `${code}: ${alert}`)).map(withoutImage(image));
  // Its own default: warnings and worse make it fail.
  return { findings: lines(details), failing: lines(details.filter(({ level }) => /WARN|FATAL/.test(level))) };
}

async function dive(program: string, image: string): Promise<Said> {
  const told = await run(program, [image, "--ci", "--ci-config", join(CONFIGURATIONS, "dive.yaml")]);
  if (!/Results?:/i.test(told.stdout)) throw new Error(`dive ended with ${told.code}:\n${told.stderr.slice(-1500)}`);
  return failing([...stripVTControlCharacters(told.stdout).matchAll(/^\s*FAIL: (\w+)/gm)].map(([, rule = ""]) => rule));
}

/** Secrets and the configuration of the image: a database of vulnerabilities is not to be had here. */
async function trivy(program: string, image: string): Promise<Said> {
  interface Result {
    readonly Results?: readonly {
      readonly Target: string;
      readonly Secrets?: readonly { readonly RuleID: string; readonly StartLine?: number }[];
      readonly Misconfigurations?: readonly { readonly ID: string; readonly Status: string }[];
    }[];
  }
  const offline = ["--offline-scan", "--skip-check-update", "--skip-version-check", "--quiet"];
  const scanners = ["--scanners", "secret,misconfig", "--image-config-scanners", "secret,misconfig"];
  const place = ["--cache-dir", join(CONFIGURATIONS, "trivy")];
  const told = await run(program, ["image", "--format", "json", ...scanners, ...offline, ...place, image], {
    keepBytes: 64_000_000,
  });
  const results = (json(program, told) as Result).Results ?? [];
  return failing(
    results
      .flatMap(({ Target: target, Secrets: secrets = [], Misconfigurations: faults = [] }) => [
        ...secrets.map(({ RuleID: rule }) => `${rule}: ${target}`),
        ...faults.filter(({ Status: status }) => status === "FAIL").map(({ ID: id }) => id),
      ])
      .map(withoutImage(image)),
  );
}

/** Findings of two images are compared: the image's own name may not tell them apart. */
const withoutImage = (image: string) => (line: string) => line.replaceAll(image, "IMAGE");

function json(
  program: string,
  told: { readonly stdout: string; readonly stderr: string; readonly code: number },
): unknown {
  const start = told.stdout.indexOf("{");
  if (start < 0) throw new Error(`${program} ended with ${told.code}:\n${told.stderr.slice(-1500)}`);
  return JSON.parse(told.stdout.slice(start));
}
