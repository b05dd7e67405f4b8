import { run, type StricliProcess } from "@stricli/core";
import { analyzeRoute } from "./analyze-route.ts";
import { appOf } from "./app.ts";
// At once, not when it is called: bundled into one script, what is loaded later is wrapped module by module.
import analyze from "./commands/analyze.ts";
import { writingItself } from "./streams.ts";

/** `analyze` alone, bundled into one script whose bytecode is kept (`bytecode.ts`). */
export const start = (args: readonly string[], process?: StricliProcess): Promise<void> =>
  run(appOf(analyzeRoute(async () => ({ default: analyze }))), args, { process: process ?? writingItself() });
