import type { StartOptions } from "../../engine/engine.ts";
import type { Contract, Image, Service, TaskDefinition } from "../../model/types.ts";
import { ownTask } from "../../project/own-task.ts";
import { type HealthTimes, quickHealth } from "./health-status.ts";

/** The container of a task definition that is this service. */
export const taskOf = (service: Service, { port }: Contract): TaskDefinition | undefined => ownTask(service, port);

/** The contract as the task definition has it run. */
export function contractUnder(task: TaskDefinition, contract: Contract): Contract {
  const port = task.ports.includes(contract.port) ? contract.port : (task.ports[0] ?? contract.port);
  // What is given to the container is the task definition's alone.
  return { ...contract, port, env: [] };
}

/**
 * The variables that the container gets: those the task definition names, and no other. A value of the team's own wins,
 * since it points to what stands in for the real thing; so do those that the platform gives and nobody requires.
 */
export function environmentUnder(task: TaskDefinition, { env }: Contract): Readonly<Record<string, string>> {
  const known = new Map(env.map((variable) => [variable.name, variable]));
  const given = env.filter((variable) => variable.given === true && !variable.required);
  const named = [...task.environment, ...task.secrets.map((name) => ({ name, value: undefined }))];
  return Object.fromEntries([
    ...given.map(({ name, example }) => [name, example] as const),
    ...named.map(({ name, value }) => {
      const variable = known.get(name);
      return [name, (variable?.given === true ? variable.example : value) ?? variable?.example ?? "example"] as const;
    }),
  ]);
}

/** Variables that the service requires and the task definition does not name. */
export function missingUnder(task: TaskDefinition, { env }: Contract): readonly string[] {
  if (task.environmentFiles) return [];
  const named = new Set([...task.environment.map(({ name }) => name), ...task.secrets]);
  return env.filter(({ name, required }) => required && !named.has(name)).map(({ name }) => name);
}

/** How ECS would start the container, in the engine's words. */
export function startUnder(task: TaskDefinition, image: Image): StartOptions {
  const paths = task.mounts.map(({ path }) => path);
  // A volume takes over what the image has at a path that it declares with VOLUME, and belongs to root elsewhere.
  const declared = (path: string) => image.config.volumes.includes(path);
  return {
    readOnly: task.readOnlyRoot,
    volumes: paths.filter(declared),
    emptyVolumes: paths.filter((path) => !declared(path)),
    tmpfs: task.fargate ? [] : task.tmpfs,
    ...(task.user === undefined ? {} : { user: task.user }),
    ...(task.command === undefined ? {} : { command: task.command }),
    ...(task.entryPoint === undefined ? {} : { entrypoint: task.entryPoint }),
    ...(task.init ? { init: true } : {}),
    ...(task.dropsCapabilities ? { dropCapabilities: true } : {}),
    ...(task.memoryMiB === undefined ? {} : { memoryBytes: task.memoryMiB * 2 ** 20 }),
    ...(task.health === undefined ? {} : { health: { test: task.health.command, ...healthTimes(task) } }),
  };
}

/** As often as elsewhere in a proof, with the time that the task definition gives the command. */
export const healthTimes = ({ health }: Pick<TaskDefinition, "health">): HealthTimes =>
  quickHealth((health?.timeoutSeconds ?? 0) * 1000);

/** The rules in words, for the reader of a verdict. */
export function rulesInWords(task: TaskDefinition, image: Image): string {
  const { volumes = [], emptyVolumes = [], tmpfs = [] } = startUnder(task, image);
  return [
    task.readOnlyRoot ? "read-only root" : "writable root",
    tmpfs.length === 0 ? "no tmpfs" : `tmpfs at ${tmpfs.join(", ")}`,
    ...(emptyVolumes.length === 0 ? [] : [`volumes of root at ${emptyVolumes.join(", ")}`]),
    ...(volumes.length === 0 ? [] : [`volumes at ${volumes.join(", ")}`]),
    task.user === undefined ? "the image's user" : `user ${task.user}`,
    ...(task.dropsCapabilities ? ["no capabilities"] : []),
    ...(task.memoryMiB === undefined ? [] : [`${task.memoryMiB} MiB`]),
  ].join(", ");
}
