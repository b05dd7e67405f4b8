import { readdir, readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { isAbandoned } from "./owner.ts";

/** How long a build may take to say goodbye to its engine. */
const PATIENCE_MS = 3000;

/**
 * Ends the builds that a killed run left behind: the command line goes on without us, and would move the tag of the run
 * that takes up the work. A build names its owner in the labels on its own command line. Where there is no /proc, none
 * is found; such a build ends by itself, at the latest with its Dockerfile.
 */
export async function endOrphanedBuilds(): Promise<readonly string[]> {
  const orphans = await orphanedBuilds();
  for (const pid of orphans) send(pid, "SIGTERM");
  const until = performance.now() + PATIENCE_MS;
  let left = orphans;
  while (left.length > 0 && performance.now() < until) {
    await pause(50);
    left = await orphanedBuilds();
  }
  for (const pid of left) send(pid, "SIGKILL");
  return orphans.map((pid) => `process ${pid}`);
}

async function orphanedBuilds(): Promise<readonly number[]> {
  const found: number[] = [];
  for (const name of await readdir("/proc").catch(() => []))
    if (/^\d+$/.test(name) && isOrphanedBuild(await argumentsOf(name))) found.push(Number(name));
  return found;
}

/** The argument list of a process, as /proc shows it. Of the processes of others, and of zombies, it is empty. */
const argumentsOf = async (pid: string): Promise<readonly string[]> =>
  (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).split("\0");

/** Whether these are the arguments of a build that we started, by a process that is gone. */
export function isOrphanedBuild(argv: readonly string[]): boolean {
  const isBuild = argv.slice(0, 5).includes("build");
  if (!isBuild || !argv.slice(0, 4).some((word) => word === "buildx" || /(?:^|\/)podman$/.test(word))) return false;
  const labels = argv.flatMap((word, index) => (argv[index - 1] === "--label" ? [pairOf(word)] : []));
  return isAbandonedBuild(Object.fromEntries(labels));
}

/** What is built to be kept has an owner all the same: here its process counts, not its expiry. */
function isAbandonedBuild(labels: Readonly<Record<string, string>>): boolean {
  return isAbandoned({ ...labels, "seaworthy.object": "image" });
}

function pairOf(word: string): readonly [string, string] {
  const equals = word.indexOf("=");
  return [word.slice(0, equals), word.slice(equals + 1)];
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended meanwhile, or belongs to somebody else.
  }
}
