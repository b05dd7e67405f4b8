import { existsSync } from "node:fs";
import { chmod, cp, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { run } from "../../src/kit/exec.ts";
import type { Pin } from "../../src/model/types.ts";
import { repositoryOf } from "../peers/fixtures.ts";

export interface ReworkedService {
  readonly folder: string;
  readonly pins: readonly Pin[];
}

/** A copy of the example with what the rework writes in it, as one commit: what a team has after `seaworthy apply`. */
export async function reworkedService(example: string, target: string): Promise<ReworkedService> {
  if (!existsSync(example)) throw new Error(`${example} is not there: scripts/set-up-examples reactbin-api`);
  await rm(target, { recursive: true, force: true });
  await cp(example, target, { recursive: true, filter: (path) => !/\/(?:\.git|\.seaworthy)$/.test(path) });
  const { stdout, stderr } = await run(process.execPath, ["dist/cli.js", "rework", "--json", example], {
    keepBytes: 64_000_000,
  });
  if (stdout === "") throw new Error(`rework of ${example}: ${stderr}`);
  interface Rework {
    readonly pins: readonly Pin[];
    readonly files: readonly {
      readonly path: string;
      readonly content: string;
      readonly mode: "whole" | "block";
      readonly executable?: boolean;
    }[];
  }
  const { files, pins } = JSON.parse(stdout) as Rework;
  for (const { path, content, executable } of files) {
    const file = join(target, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    if (executable === true) await chmod(file, 0o755);
  }
  await repositoryOf(target);
  return { folder: target, pins };
}
