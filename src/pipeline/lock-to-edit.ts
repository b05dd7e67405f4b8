import { commandsOfInstruction } from "../dockerfile/shell.ts";
import { reachableStages } from "../dockerfile/stages.ts";
import type { Dockerfile, Service } from "../model/types.ts";
import { toolCall } from "../project/install-command.ts";
import { installedFiles } from "../project/installed-files.ts";

/**
 * The file whose edit must install the dependencies again: the lock, where this Dockerfile installs from it; else the
 * file with requirements that its pip reads. An image is not blamed for a lock that is not its own.
 */
export function lockToEdit(dockerfile: Dockerfile, { files, lock }: Service): string | undefined {
  const commands = reachableStages(dockerfile).flatMap((stage) =>
    stage.instructions.flatMap((instruction) =>
      instruction.keyword === "RUN" ? commandsOfInstruction(instruction, stage) : [],
    ),
  );
  const honoursLock = commands.some(({ name, args }) => {
    const call = toolCall([name, ...args]);
    return call !== undefined && call.tool !== "pip" && /^(?:sync|install)$/.test(call.verb);
  });
  if (honoursLock) return lock?.path;
  return installedFiles(dockerfile, files)[0] ?? lock?.path;
}
