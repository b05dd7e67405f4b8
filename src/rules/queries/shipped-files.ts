import { posix } from "node:path";
import type { RuleInput } from "../rule.ts";
import { copiedBy, isContextBeside, isContextElsewhere } from "./context.ts";
import { once } from "../../kit/once.ts";
import { mountsOf, reachableSteps } from "./steps.ts";

/** Whether a file of the service can be in the shipped image. True wherever the Dockerfile does not tell. */
export const canShip = (input: RuleInput, file: string): boolean => {
  if (input.ignore.excludes(file) !== undefined) return false;
  if (isContextBeside(input) && !file.startsWith(`${posix.dirname(input.dockerfile.path)}/`)) return false;
  const copied = copiedFiles(input);
  return copied === undefined || copied.has(file);
};

/** What the stages that the shipped one is made from copy of the context; undefined when that is not known. */
const copiedFiles = once((input: RuleInput): ReadonlySet<string> | undefined => {
  if (isContextElsewhere(input)) return undefined;
  const files = new Set<string>();
  for (const step of reachableSteps(input.dockerfile)) {
    const mounted = mountsOf(step.instruction).some(
      (mount) => mount["from"] === undefined && (mount["type"] ?? "bind") === "bind" && isFolder(mount["source"]),
    );
    const copied = copiedBy(input, step);
    if (mounted || copied.missing.some(({ source }) => source.includes("$"))) return undefined;
    for (const { source } of copied.files) files.add(source);
  }
  return files.size === 0 ? undefined : files;
});

/** A bind mount of single files (the manifests) brings no source; one of a folder may. */
const isFolder = (source: string | undefined): boolean => !/\.[\w]+$/.test(source ?? ".");
