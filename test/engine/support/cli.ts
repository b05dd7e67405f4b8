import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { run } from "../../../src/kit/exec.ts";

const CLI = resolve("dist/cli.js");

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A started command line whose progress can be waited for. */
export interface Started {
  readonly child: ChildProcess;
  /** Resolves when stderr has said it; rejects when the command ends before. */
  said(pattern: RegExp): Promise<void>;
  readonly ended: Promise<Outcome>;
}

/** Starts the built command line as a user's shell would. */
export function start(args: readonly string[], env: Readonly<Record<string, string>> = {}, cli = CLI): Started {
  if (!existsSync(cli)) throw new Error("Run `npm run build` first: these tests run the built command line.");
  const child = spawn(process.execPath, [cli, ...args], { env: { ...process.env, NO_COLOR: "1", ...env } });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, stdout, stderr }));
  const said = (pattern: RegExp) =>
    new Promise<void>((fulfil, reject) => {
      const look = () => {
        if (pattern.test(stderr)) fulfil();
      };
      child.stderr.on("data", look);
      look();
      void ended.then(() => reject(new Error(`It ended without saying ${String(pattern)}:\n${stderr}\n${stdout}`)));
    });
  return { child, said, ended };
}

export const seaworthy = (args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Outcome> =>
  start(args, env).ended;

/**
 * What the runs of a folder must not leave: containers, networks and volumes that carry their label, the images that were
 * built for them, with a tag or without, and processes that work on the folder. Substituted bases, and images that were
 * to be kept, stay on purpose; their label says so.
 * @param living A process that may still have something: what it has is not counted, and its images are not asked for.
 * @param env Names the engine that is asked.
 */
export async function leftOf(
  folder: string,
  living?: number,
  env: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const left = living === undefined ? [...(await processesOn(folder))] : [];
  const runs = (await readdir(join(folder, ".seaworthy", "runs")).catch(() => [])).filter((name) => /^\d/.test(name));
  for (const id of runs) {
    const label = ["--filter", `label=seaworthy.run=${id}`];
    const withOwner = [...label, "--format", '{{.ID}} {{.Label "seaworthy.pid"}}'];
    const lists: ReadonlyArray<readonly [string, readonly string[]]> = [
      ["container", ["ps", "-a", ...withOwner]],
      ["network", ["network", "ls", ...withOwner]],
      ["volume", ["volume", "ls", ...label, "--format", '{{.Name}} {{.Label "seaworthy.pid"}}']],
      ...(living === undefined
        ? [["image", ["images", "-q", ...label, "--filter", "label=seaworthy.object=image"]] as const]
        : []),
    ];
    for (const [kind, list] of lists) {
      const { stdout } = await run("docker", list, { env });
      const lines = stdout.split("\n").filter((line) => line !== "" && !line.endsWith(` ${living}`));
      left.push(...lines.map((line) => `${kind} ${line}`));
    }
  }
  return left;
}

/** Processes that name the folder among their arguments. */
async function processesOn(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const pid of await readdir("/proc").catch(() => [])) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue;
    const argv = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).split("\0");
    if (argv.some((word) => word.includes(folder))) found.push(`process ${pid}: ${argv.join(" ").slice(0, 120)}`);
  }
  return found;
}
