import { run, type StricliProcess } from "@stricli/core";
import { analyzeRoute } from "./analyze-route.ts";
import { appOf } from "./app.ts";
// At once, not when it is called: bundled into one script, what is loaded later is wrapped module by module.
import analyze from "./commands/analyze.ts";
import { allWritten, writingItself } from "./streams.ts";

/**
 * `analyze` alone, bundled into one script whose bytecode is kept (`bytecode.ts`).
 * @returns whether the process may end at once.
 */
export async function start(args: readonly string[], process?: StricliProcess): Promise<boolean> {
  await run(appOf(analyzeRoute(async () => ({ default: analyze }))), args, { process: process ?? writingItself() });
  return allWritten();
}
