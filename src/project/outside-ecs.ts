import type { ImageOrigin, OutsideLimits, TaskDefinition } from "../model/types.ts";
import { Later, resolveIntrinsics } from "./cloudformation.ts";
import { addGrace, addProbe, addStart, mayServe, type Outside, ownOf } from "./outside.ts";
import { childrenOf, isTable, valueAt } from "./toml.ts";
import type { Tree } from "./tree.ts";
import type { Path, YamlDocument } from "./yaml-file.ts";

/** Where one container of a task definition is, and how its keys are written. */
interface Found {
  readonly document: YamlDocument;
  readonly path: Path;
  readonly container: unknown;
  /** The task definition around it. */
  readonly task: unknown;
  /** `Command` in CloudFormation, `command` in JSON that is registered directly. */
  readonly key: (name: string) => string;
}

/** Task definitions as JSON, and in the templates of CloudFormation, written by hand or by the CDK. */
export function readEcs(document: YamlDocument, tree: Tree, outside: Outside): void {
  const value = resolveIntrinsics(document.value);
  for (const found of containersIn(value, document)) {
    const task = taskDefinitionOf(found);
    const origin = task.image === undefined ? {} : { image: task.image };
    readStart(found, origin, tree, outside);
    for (const { name, value: given } of task.environment)
      if (given !== undefined && !outside.examples.has(name)) outside.examples.set(name, given);
    outside.tasks.push(task);
    outside.limits.push({ ...limitsOf(task, found), origin });
  }
}

function* containersIn(value: unknown, document: YamlDocument, path: Path = []): Generator<Found> {
  if (path.length > 20 || value instanceof Later) return;
  for (const name of ["containerDefinitions", "ContainerDefinitions"]) {
    const containers = valueAt(value, name);
    const capital = name.startsWith("C");
    const key = (word: string) => (capital ? word.charAt(0).toUpperCase() + word.slice(1) : word);
    for (const [index, container] of Array.isArray(containers) ? containers.entries() : [])
      if (isTable(container)) yield { document, path: [...path, name, index], container, task: value, key };
  }
  for (const [name, child] of childrenOf(value))
    if (typeof child === "object" && child !== null) yield* containersIn(child, document, [...path, name]);
}

/** Words that only the deployment knows are shown as a template writes them. */
const shown = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map((item: unknown) => (item instanceof Later ? item.shown : item));
  return value instanceof Later ? undefined : value;
};

function readStart({ document, path, container, key }: Found, origin: ImageOrigin, tree: Tree, outside: Outside): void {
  const [command, entrypoint] = [
    shown(valueAt(container, key("command"))),
    shown(valueAt(container, key("entryPoint"))),
  ];
  const at = key(command === undefined ? "entryPoint" : "command");
  const start = addStart(outside, tree, "ecs", {
    command,
    entrypoint,
    evidence: document.evidence([...path, at]),
    origin,
  });
  const probe = [key("healthCheck"), key("command")];
  const evidence = document.evidence([...path, ...probe]);
  addProbe(outside, "ecs", shown(valueAt(container, ...probe)), { evidence, origin });
  const stop = numberOf(valueAt(container, key("stopTimeout")));
  const variables = listOf(valueAt(container, key("environment"))).flatMap(
    (item) => textOf(valueAt(item, key("name"))) ?? [],
  );
  if (mayServe(start))
    addGrace(outside, stop, document.evidence([...path, key("stopTimeout")]), {
      origin,
      variables,
      ...ownOf(start, entrypoint),
    });
}

function taskDefinitionOf({ document, path, container, task, key }: Found): TaskDefinition {
  const at = (...names: readonly string[]) => valueAt(container, ...names.map(key));
  const list = (...names: readonly string[]) => listOf(at(...names));
  const name = (item: unknown) => textOf(valueAt(item, key("name")));
  const platforms = listOf(valueAt(task, key("requiresCompatibilities")));
  return {
    evidence: document.evidence(path),
    container: textOf(at("name")) ?? "",
    image: shownText(at("image")),
    fargate: platforms.includes("FARGATE"),
    network: textOf(valueAt(task, key("networkMode"))),
    user: textOf(at("user")),
    readOnlyRoot: isTrue(at("readonlyRootFilesystem")),
    ports: list("portMappings").flatMap((mapping) => numberOf(valueAt(mapping, key("containerPort"))) ?? []),
    command: wordsOf(at("command")),
    entryPoint: wordsOf(at("entryPoint")),
    environment: list("environment").flatMap((item) => {
      const [variable, value] = [name(item), textOf(valueAt(item, key("value")))];
      if (variable === undefined) return [];
      return [{ name: variable, ...(value === undefined ? {} : { value }) }];
    }),
    secrets: list("secrets").flatMap((item) => name(item) ?? []),
    environmentFiles: list("environmentFiles").length > 0,
    health: healthOf(at("healthCheck"), key),
    stopTimeoutSeconds: numberOf(at("stopTimeout")),
    mounts: list("mountPoints").flatMap((mount) => {
      const target = textOf(valueAt(mount, key("containerPath")));
      return target === undefined ? [] : [{ path: target, readOnly: isTrue(valueAt(mount, key("readOnly"))) }];
    }),
    tmpfs: list("linuxParameters", "tmpfs").flatMap((one) => textOf(valueAt(one, key("containerPath"))) ?? []),
    dropsCapabilities: list("linuxParameters", "capabilities", "drop").includes("ALL"),
    init: isTrue(at("linuxParameters", "initProcessEnabled")),
    memoryMiB: numberOf(at("memory")) ?? numberOf(valueAt(task, key("memory"))),
    later: LATER_MATTERS.filter((field) => hasLater(at(...field.split(".")))),
  };
}

/** The same for whoever compares platforms. */
function limitsOf(task: TaskDefinition, { task: around, key }: Found): Omit<OutsideLimits, "origin"> {
  const { evidence, ports, memoryMiB, health, stopTimeoutSeconds } = task;
  return {
    source: "ecs",
    container: task.container,
    evidence,
    ports,
    memoryBytes: memoryMiB === undefined ? undefined : memoryMiB * 2 ** 20,
    // A container's own `cpu` is its share where processors are short, and no limit.
    cpus: cpusOf(valueAt(around, key("cpu"))),
    graceSeconds: stopTimeoutSeconds,
    preStopSeconds: 0,
    startSeconds: health && health.startPeriodSeconds + health.retries * health.intervalSeconds,
  };
}

/** 1024 units are one processor; of a task it can also be written as `.5 vCPU`. */
function cpusOf(value: unknown): number | undefined {
  const virtual = typeof value === "string" ? /^(\d*\.?\d+)\s*vcpu$/i.exec(value)?.[1] : undefined;
  const cpus = virtual === undefined ? (numberOf(value) ?? 0) / 1024 : Number(virtual);
  return cpus > 0 ? cpus : undefined;
}

/** Fields without whose value the container cannot be run as it will be. */
const LATER_MATTERS = ["command", "entryPoint", "user", "healthCheck.command", "portMappings", "stopTimeout"] as const;

function hasLater(value: unknown): boolean {
  if (value instanceof Later) return true;
  if (Array.isArray(value)) return value.some((item) => hasLater(item));
  return isTable(value) && Object.values(value).some((item) => hasLater(item));
}

function healthOf(value: unknown, key: Found["key"]): TaskDefinition["health"] {
  const command = wordsOf(valueAt(value, key("command")));
  if (command === undefined || command.length === 0 || command[0] === "NONE") return undefined;
  const seconds = (name: string, usual: number) => numberOf(valueAt(value, key(name))) ?? usual;
  return {
    command,
    // What ECS takes where nothing is written.
    intervalSeconds: seconds("interval", 30),
    timeoutSeconds: seconds("timeout", 5),
    retries: seconds("retries", 3),
    startPeriodSeconds: seconds("startPeriod", 0),
  };
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const isTrue = (value: unknown): boolean => value === true || value === "true";
const shownText = (value: unknown): string | undefined => (value instanceof Later ? value.shown : textOf(value));

function textOf(value: unknown): string | undefined {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" ? value : undefined;
}

/** CloudFormation takes numbers as texts too. */
function numberOf(value: unknown): number | undefined {
  const number = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) && number >= 0 ? number : undefined;
}

/** Every word, with those that only the deployment knows as a template writes them. */
function wordsOf(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.flatMap((word: unknown) => shownText(word) ?? []) : undefined;
}
