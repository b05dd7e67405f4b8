import type { Service, TaskDefinition } from "../model/types.ts";

/** The container of a task definition that is this service: the one with its port, else the first that has a port. */
export function ownTask(
  { taskDefinitions }: Pick<Service, "taskDefinitions">,
  port: number | undefined,
): TaskDefinition | undefined {
  const [first] = taskDefinitions;
  // Only the first file: a second one is another environment's, or a copy.
  const together = taskDefinitions.filter(({ evidence }) => evidence.file === first?.evidence.file);
  const withPort = together.find(({ ports }) => port !== undefined && ports.includes(port));
  return withPort ?? together.find(({ ports }) => ports.length > 0) ?? first;
}
