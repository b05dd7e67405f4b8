import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { once } from "node:events";
import { resolve } from "node:path";
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
export function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
  if (!existsSync(CLI)) throw new Error("Run `npm run build` first: these tests run the built command line.");
  const child = spawn(process.execPath, [CLI, ...args], { env: { ...process.env, NO_COLOR: "1", ...env } });
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
 * What a run must not leave: ids of containers and networks that carry our label, and the images that were built for a
 * run, with a tag or without. Substituted bases are kept for the next run on purpose; their label says so.
 */
export async function ours(): Promise<readonly string[]> {
  const label = ["--filter", "label=seaworthy.run"];
  const found = [
    await run("docker", ["ps", "-aq", ...label]),
    await run("docker", ["network", "ls", "-q", ...label]),
    await run("docker", ["images", "-q", ...label, "--filter", "label=seaworthy.object=image"]),
  ];
  return found.flatMap(({ stdout }) => stdout.split("\n")).filter((line) => line !== "");
}
