import { run, type StricliProcess } from "@stricli/core";
import { analyzeRoute } from "./analyze-route.ts";
import { appOf } from "./app.ts";

/** `analyze` alone, bundled into one script whose bytecode is kept (`bytecode.ts`). */
export const start = (args: readonly string[], process: StricliProcess): Promise<void> =>
  run(appOf(analyzeRoute(() => import("./commands/analyze.ts"))), args, { process });
