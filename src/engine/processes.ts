import { readdir, readFile } from "node:fs/promises";
import type { ContainerProcess } from "./engine.ts";
import { execIn } from "./exec.ts";
import { EngineRefusal, type EngineHttp } from "./http.ts";

interface Target {
  readonly id: string;
  /** Of its first process, in the engine's pid namespace. */
  readonly pid: number;
  readonly podman: boolean;
}

/**
 * Every process of a container with its effective uid inside the container. Needs nothing in the image where this
 * machine's /proc shows the container or the engine has a `ps`; else the image's `cat`.
 */
export async function processesOf(http: EngineHttp, target: Target): Promise<readonly ContainerProcess[]> {
  const all =
    (await fromProc(target)) ??
    (await fromTop(http, target)) ??
    parseStatuses((await execIn(http, target.id, ["cat", ...statusFiles()], {})).stdout);
  // For a moment the engine's own program, as root, before it becomes the health command.
  return all.filter(({ argv }) => argv !== "runc init");
}

/** Undefined unless the container's first process is one of this machine: its last NSpid is 1. */
async function fromProc(target: Target): Promise<readonly ContainerProcess[] | undefined> {
  const first = target.pid > 0 ? await statusOf(target.pid) : undefined;
  if (first === undefined || first.namespacePids.length < 2 || first.namespacePids.at(-1) !== 1) return undefined;
  const cgroup = await readFile(`/proc/${target.pid}/cgroup`, "utf8").catch(() => "");
  if (!cgroup.includes(target.id)) return undefined;
  const map = parseUidMap(await readFile(`/proc/${target.pid}/uid_map`, "utf8").catch(() => ""));
  const found: ContainerProcess[] = [];
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const status = await statusOf(Number(name));
    if (status === undefined || status.namespacePids.length < first.namespacePids.length) continue;
    if ((await readFile(`/proc/${name}/cgroup`, "utf8").catch(() => "")) !== cgroup) continue;
    found.push({
      pid: status.namespacePids[first.namespacePids.length - 1] ?? 0,
      uid: insideUid(status.uid, map),
      argv: await commandLine(Number(name), status.name),
    });
  }
  return found.toSorted((a, b) => a.pid - b.pid);
}

interface Status {
  readonly name: string;
  readonly uid: number;
  readonly namespacePids: readonly number[];
}

async function statusOf(pid: number): Promise<Status | undefined> {
  const text = await readFile(`/proc/${pid}/status`, "utf8").catch(() => undefined);
  return text === undefined ? undefined : parseStatus(text);
}

export function parseStatus(text: string): Status {
  const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, "m").exec(text)?.[1] ?? "";
  // Uid: real, effective, saved, file system.
  return {
    name: field("Name"),
    uid: Number(field("Uid").split(/\s+/)[1] ?? Number.NaN),
    namespacePids: field("NSpid").split(/\s+/).filter(Boolean).map(Number),
  };
}

async function commandLine(pid: number, name: string): Promise<string> {
  const raw = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return raw === "" ? `[${name}]` : raw.replace(/\0$/, "").replaceAll("\0", " ");
}

interface UidRange {
  readonly inside: number;
  readonly outside: number;
  readonly count: number;
}

export function parseUidMap(text: string): readonly UidRange[] {
  return text
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([inside, outside, count]) =>
      inside === undefined || outside === undefined || count === undefined ? [] : [{ inside, outside, count }],
    );
}

/** With a user namespace, root inside is some high number outside. An unmapped uid is shown as the kernel's overflow uid. */
export function insideUid(outside: number, map: readonly UidRange[]): number {
  if (map.length === 0) return outside;
  const range = map.find((each) => outside >= each.outside && outside < each.outside + each.count);
  return range === undefined ? 65_534 : outside - range.outside + range.inside;
}

async function fromTop(http: EngineHttp, target: Target): Promise<readonly ContainerProcess[] | undefined> {
  // Podman reads descriptors of its own instead of options of ps.
  const query = { ps_args: target.podman ? "pid,uid,args" : "-eo pid,euid,args" };
  try {
    const raw = await http.json<{ Titles: readonly string[]; Processes: ReadonlyArray<readonly string[]> | null }>(
      "GET",
      `/containers/${target.id}/top`,
      { query },
    );
    return (raw.Processes ?? []).map(([pid, uid, ...argv]) => ({
      pid: Number(pid),
      uid: Number(uid),
      argv: argv.join(" "),
    }));
  } catch (error) {
    if (error instanceof EngineRefusal) return undefined; // No `ps` beside the engine.
    throw error;
  }
}

/** Without a shell nothing expands a pattern; a service has few processes, with low numbers. */
function statusFiles(): readonly string[] {
  return Array.from({ length: 512 }, (_, index) => `/proc/${index + 1}/status`);
}

/** Several status files in a row. The command line is not among them: the name has to do. */
export function parseStatuses(text: string): readonly ContainerProcess[] {
  return text
    .split(/^(?=Name:)/m)
    .filter((part) => part.startsWith("Name:"))
    .map(parseStatus)
    .filter((status) => status.name !== "cat")
    .map((status) => ({ pid: status.namespacePids.at(-1) ?? 0, uid: status.uid, argv: status.name }));
}
