import type { Evidence, ImageOrigin, OutsideLimits } from "../model/types.ts";
import { seconds } from "./outside.ts";
import { isTable, listAt, valueAt } from "./toml.ts";

interface Where {
  readonly container: string;
  readonly evidence: Evidence;
  readonly origin: ImageOrigin;
}

/** One service of a Compose file. */
export function composeLimits(service: unknown, where: Where): OutsideLimits {
  const limits = (name: string) => valueAt(service, "deploy", "resources", "limits", name);
  return {
    source: "compose",
    ...where,
    ports: listAt(service, "ports").flatMap(composePort),
    memoryBytes: bytes(valueAt(service, "mem_limit") ?? limits("memory"), "binary"),
    cpus: positive(valueAt(service, "cpus") ?? limits("cpus")),
    graceSeconds: seconds(valueAt(service, "stop_grace_period")),
    preStopSeconds: 0,
    startSeconds: undefined,
  };
}

/** One container of a pod; the grace period is the pod's. */
export function kubernetesLimits(container: unknown, pod: unknown, where: Where): OutsideLimits {
  const limit = (name: string) => valueAt(container, "resources", "limits", name);
  return {
    source: "kubernetes",
    ...where,
    ports: listAt(container, "ports").flatMap((port) => positive(valueAt(port, "containerPort")) ?? []),
    memoryBytes: bytes(limit("memory"), "as written"),
    cpus: millis(limit("cpu")),
    graceSeconds: positive(valueAt(pod, "terminationGracePeriodSeconds")),
    preStopSeconds: preStopOf(container),
    startSeconds: patienceOf(container),
  };
}

/** What the longest hook of a pod takes from its grace period. */
export const preStopOfPod = (containers: readonly unknown[]): number => Math.max(0, ...containers.map(preStopOf));

/** `sleep`, as the hook's own action or as a program. */
function preStopOf(container: unknown): number {
  const hook = valueAt(container, "lifecycle", "preStop");
  const slept = positive(valueAt(hook, "sleep", "seconds"));
  if (slept !== undefined) return slept;
  const command = listAt(hook, "exec", "command").join(" ");
  return Number(/\bsleep\s+(\d+(?:\.\d+)?)/.exec(command)?.[1] ?? 0);
}

/** How long Kubernetes lets a container begin before it starts it again. */
function patienceOf(container: unknown): number | undefined {
  const probe = valueAt(container, "startupProbe") ?? valueAt(container, "livenessProbe");
  if (!isTable(probe)) return undefined;
  const number = (name: string, usual: number) => positive(probe[name]) ?? usual;
  return number("initialDelaySeconds", 0) + number("failureThreshold", 3) * number("periodSeconds", 10);
}

/** `8000`, `"127.0.0.1:80:8000/tcp"`, `{ target: 8000 }`. */
function composePort(port: unknown): readonly number[] {
  const written = isTable(port) ? port["target"] : port;
  const number = Number(/(\d+)(?:\/\w+)?$/.exec(String(written))?.[1]);
  return Number.isInteger(number) && number > 0 ? [number] : [];
}

function positive(value: unknown): number | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) && number > 0 ? number : undefined;
}

/** `500m` or `0.5`. */
function millis(value: unknown): number | undefined {
  const match = typeof value === "string" ? /^(\d+)m$/.exec(value) : null;
  return match === null ? positive(value) : Number(match[1]) / 1000;
}

const POWERS = ["", "k", "m", "g", "t"];

/** `512m` of Compose counts in 1024; `512M` of Kubernetes in 1000, and `512Mi` in 1024. */
function bytes(value: unknown, letters: "binary" | "as written"): number | undefined {
  if (typeof value === "number") return positive(value);
  const match = typeof value === "string" ? /^(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?$/i.exec(value.trim()) : null;
  if (match === null) return undefined;
  const [, number = "", letter = "", i = ""] = match;
  const base = letters === "binary" || i !== "" ? 1024 : 1000;
  return positive(Math.round(Number(number) * base ** POWERS.indexOf(letter.toLowerCase())));
}
