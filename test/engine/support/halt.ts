import { readFile } from "node:fs/promises";
import { transform } from "esbuild";

const { code } = await transform(await readFile(new URL("halting.ts", import.meta.url)), { loader: "ts" });

/**
 * The environment of a process that stands still at one change on the disk, and says `halted` on stderr there.
 * @param at The number of the change, or a pattern of its text: `rename /folder/file`.
 */
export const haltingAt = (at: number | RegExp): Readonly<Record<string, string>> => ({
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}`,
  HALT_AT: typeof at === "number" ? String(at) : at.source,
});
