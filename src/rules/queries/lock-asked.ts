import { posix } from "node:path";
import type { LockFile } from "../../model/types.ts";
import { toolCall } from "../../project/install-command.ts";
import type { RuleInput } from "../rule.ts";
import type { Command } from "./commands.ts";
import { projectInstalls } from "./installs.ts";
import { once } from "../../kit/once.ts";
import { reachable } from "./steps.ts";
import { runCommands } from "./uv.ts";

/** Some command of the build asks the lock. */
export const asksLock: (input: RuleInput) => boolean = once(({ dockerfile, service: { lock } }) => {
  if (lock === undefined) return false;
  return reachable(dockerfile).some((stage) => runCommands(stage).some(({ command }) => usesLock(command, lock.path)));
});

/** The lock is there, and pip installs the project without it: what it holds says nothing about the image. */
export const passesLockOver: (input: RuleInput) => boolean = once((input) => {
  const { lock } = input.service;
  if (lock === undefined || isList(lock) || asksLock(input)) return false;
  const installs = projectInstalls(input.dockerfile);
  return installs.length > 0 && installs.every(({ tool }) => tool === "pip");
});

/** A list for pip that pins everything, not a manager's lock. */
export const isList = ({ path }: LockFile): boolean => /\.(?:txt|in)$/.test(path);

/** The lock decides, or a list that is made from it. */
function usesLock({ argv, text }: Command, lock: string): boolean {
  // A pylock.toml is given to pip by its name.
  if (/^uv (?:-\S+ )*run\b/.test(text) || argv.some((word) => word.endsWith(posix.basename(lock)))) return true;
  const call = toolCall(argv);
  return call !== undefined && call.tool !== "pip" && /^(?:sync|install|export|requirements|run)$/.test(call.verb);
}
