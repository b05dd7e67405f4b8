import { isIn } from "../../kit/paths.ts";
import { placeInCode } from "../../kit/text.ts";
import { formatBytes } from "../../kit/units.ts";
import type { ResourceAdvice, WritableAdvice, WrittenPlace } from "../../model/types.ts";

/** One sentence for what must be writable. */
export function writableInWords({ needed, basis }: WritableAdvice, declared: readonly string[]): string {
  if (needed === undefined) return `What must be writable on a read-only root was not found: ${basis}`;
  const what = needed.length === 0 ? "nothing must be writable" : `${list(needed)} must be writable`;
  const unasked = declared.filter((path) => !needed.some((one) => isIn(one, path) || isIn(path, one)));
  const others = unasked.length === 0 ? "" : ` The contract also names ${list(unasked)}, which none of this wrote to.`;
  return `For what was asked of it, ${what}: ${basis}.${others} What other requests write shows when they are listed under \`checks\` in seaworthy.yaml.`;
}

/** One sentence for memory and processors. */
export function resourcesInWords({ memoryBytes, cpus, fargate }: ResourceAdvice): string {
  const parts = [
    memoryBytes === undefined ? "" : formatBytes(memoryBytes),
    cpus === undefined ? "" : `${cpus} CPU`,
  ].filter(Boolean);
  const task = fargate === undefined ? "" : `; on Fargate a task of ${fargate.cpus} vCPU and ${fargate.memoryMiB} MiB`;
  return `Give it at least ${parts.join(" and ")}${task}.`;
}

export const PLACE_COLUMNS = ["Folder", "Needed", "In the contract", "Written", "For", "By"] as const;

/** The same order as the columns. */
export function placeCells({ path, needed, declared, when, by, example }: WrittenPlace): readonly string[] {
  return [path, yes(needed), yes(declared), WHEN[when], example, by.map(placeInCode).join(", ") || "not seen"];
}

const WHEN = { start: "at the start", use: "in use", unknown: "not seen" } as const;
const yes = (is: boolean): string => (is ? "yes" : "no");
const list = (items: readonly string[]): string =>
  items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
