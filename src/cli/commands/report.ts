import { relative } from "node:path";
import type { CommandContext } from "@stricli/core";
import { judgeAgain } from "../../pipeline/judge-again.ts";
import { findRun } from "../../pipeline/run-directory.ts";
import { writeReports } from "../../pipeline/report-step.ts";
import { reporters } from "../../reporters/index.gen.ts";
import type { FailOnFlag } from "../flags.ts";
import { failed, print, printJson } from "../output.ts";

export default async function report(
  this: CommandContext,
  flags: FailOnFlag & { readonly run?: string; readonly json: boolean },
  folder: string,
): Promise<void> {
  const name = flags.run ?? "latest";
  const again = await judgeAgain(folder, name, { checkFailOn: flags.failOn });
  const { directory } = await findRun(folder, name);
  const files = await writeReports(again, directory, reporters);
  if (flags.json) printJson(this, again);
  else for (const file of files) print(this, relative(process.cwd(), file));
  if (again.verdict.status !== "pass") failed();
}
