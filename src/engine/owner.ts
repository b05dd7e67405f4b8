import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** Who made an object on the engine: written on it as labels, so that another run can tell whether the maker still lives. */
export interface Owner {
  readonly run: string;
  readonly pid: number;
  /** Boot of the machine, pid namespace and start time of the process: a reused pid has another start time. */
  readonly boot: string;
}

const RUN = "seaworthy.run";
const PID = "seaworthy.pid";
const BOOT = "seaworthy.boot";
const EXPIRES = "seaworthy.expires";
/**
 * What the labels were written for. Containers inherit the labels of their image, and images those of their base: without
 * this, a container that the user started from an image of ours would look like ours.
 */
const OBJECT = "seaworthy.object";
/** Longer than any run; the last resort for objects of a machine that we cannot ask. */
const LIFETIME_MS = 12 * 3600_000;

export const runLabel: string = RUN;

/** A `kept-image` outlives its run and goes at its expiry only: a substituted base, for example. A `layer` is what a step
 * of a build on Podman made. */
export type ObjectKind = "container" | "network" | "image" | "kept-image" | "layer";

export function ownerNow(run: string): Owner {
  return { run, pid: process.pid, boot: bootOf(process.pid) ?? `${machine()}/unknown` };
}

/** @param now By the clock that will be asked whether it has expired. */
export function labelsOf(
  owner: Owner,
  kind: ObjectKind,
  now: number,
  lifetimeMs: number = LIFETIME_MS,
): Record<string, string> {
  return {
    [RUN]: owner.run,
    [PID]: String(owner.pid),
    [BOOT]: owner.boot,
    [EXPIRES]: new Date(now + lifetimeMs).toISOString(),
    [OBJECT]: kind,
  };
}

/** What an image says of itself, without what we wrote on it. */
export const withoutOurs = (labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(labels).filter(([name]) => ![RUN, PID, BOOT, EXPIRES, OBJECT].includes(name)));

/** True when the labels were written for an object of this kind, and not inherited. */
export function isOurs(labels: Readonly<Record<string, string>>, kind: "container" | "network" | "image"): boolean {
  const object = labels[OBJECT];
  return labels[RUN] !== undefined && (object === kind || (kind === "image" && object === "kept-image"));
}

/** True for the result of a build that is not to outlive its run. */
export function isBuilt(labels: Readonly<Record<string, string>>): boolean {
  return isOurs(labels, "image") && labels[OBJECT] === "image";
}

/** True for what a step of a build made, and for what somebody made from it. */
export function isLayer(labels: Readonly<Record<string, string>>): boolean {
  return labels[RUN] !== undefined && labels[OBJECT] === "layer";
}

/** True when these labels are ours and their process is certainly gone. Anything unclear counts as alive until it expires. */
export function isAbandoned(labels: Readonly<Record<string, string>>, now: number = Date.now()): boolean {
  const pid = Number(labels[PID]);
  const boot = labels[BOOT];
  const expires = Date.parse(labels[EXPIRES] ?? "");
  if (labels[RUN] === undefined || boot === undefined || !Number.isInteger(pid) || pid <= 0) return false;
  const expired = Number.isFinite(expires) && expires < now;
  if (labels[OBJECT] === "kept-image") return expired;
  // Another boot, machine or pid namespace: its process cannot be looked up from here.
  if (!boot.startsWith(`${machine()}/`)) return expired;
  return bootOf(pid) !== boot;
}

/** True when there is a process with this number whose boot is the one that `same` knows. */
export function isLiving(pid: number, same: (boot: string) => boolean): boolean {
  const boot = bootOf(pid);
  return boot !== undefined && same(boot);
}

/** True for what a run made for itself; what it keeps for others (a substituted base) goes at its expiry only. */
export function isOfRun(labels: Readonly<Record<string, string>>, run: string): boolean {
  return labels[RUN] === run && labels[OBJECT] !== "kept-image";
}

/** What identifies this kernel's boot and this pid namespace. */
function machine(): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const namespace = /\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0] ?? "0";
    return `${boot}/${namespace}`;
  } catch {
    return `${hostname()}/0`; // Not Linux.
  }
}

/** Undefined when there is no such process. */
function bootOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command's name may hold spaces and brackets; what follows its last bracket is numbers. Field 22 is the start time.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : `${machine()}/${fields[19] ?? "0"}`;
  } catch {
    return process.platform === "linux" ? undefined : bootWithoutProc(pid);
  }
}

function bootWithoutProc(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
    return `${machine()}/unknown`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM" ? `${machine()}/unknown` : undefined;
  }
}
