import type { CommandContext } from "@stricli/core";
import type { CheckResult } from "../../model/types.ts";
import { judgeAgain } from "../../pipeline/judge-again.ts";
import { openSession } from "../../pipeline/session.ts";
import { verifyImage } from "../../pipeline/verify-image.ts";
import { optionsOf, type SessionFlags } from "../flags.ts";
import { failed, print, printJson } from "../output.ts";
import { inWorld } from "../world.ts";

interface Flags extends SessionFlags {
  readonly json: boolean;
  readonly run?: string;
  readonly image?: string;
}

const MARKS: Readonly<Record<CheckResult["status"], string>> = {
  pass: "pass    ",
  fail: "FAIL    ",
  unproven: "unproven",
  "not-applicable": "n/a     ",
};

export default async function verify(this: CommandContext, flags: Flags, folder: string): Promise<void> {
  await inWorld(async (world) => {
    const results =
      flags.run === undefined
        ? await verifyImage(await openSession(folder, optionsOf(flags), world), flags.image)
        : (await judgeAgain(folder, flags.run)).after.checks;
    if (flags.json) printJson(this, results);
    else
      for (const { status, title, message } of results)
        print(this, `${MARKS[status]}  ${title}\n            ${message}`);
    if (results.some(({ status }) => status === "fail" || status === "unproven")) failed();
  });
}
