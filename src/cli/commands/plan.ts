import type { CommandContext } from "@stricli/core";
import { analyzeStep } from "../../pipeline/analyze-step.ts";
import { openSession } from "../../pipeline/session.ts";
import { planStep } from "../../pipeline/steps.ts";
import { optionsOf, type SessionFlags, type TestsFlag } from "../flags.ts";
import { tellOthers } from "../others.ts";
import { print, printJson } from "../output.ts";
import { paragraph } from "../paragraph.ts";
import { refusalTexts } from "../refusal-text.ts";
import { inWorld } from "../world.ts";

const INDENT = "    ";

export default async function plan(
  this: CommandContext,
  flags: SessionFlags & TestsFlag & { readonly json: boolean },
  folder: string,
): Promise<void> {
  await inWorld(async (world) => {
    const session = await openSession(folder, optionsOf(flags), world);
    await tellOthers(this, "plan", folder, session);
    const made = await planStep(session, undefined, await analyzeStep(session, undefined));
    if (flags.json) {
      printJson(this, made);
      return;
    }
    for (const { id, title, choice, because, rejected } of made.decisions) {
      print(this, `${title} [${id}]\n${paragraph(choice, INDENT)}\n${paragraph(`why: ${because}`, INDENT)}`);
      for (const { option, because: reason } of rejected) print(this, paragraph(`not ${option}: ${reason}`, INDENT));
    }
    for (const text of refusalTexts(made.refusals)) print(this, text);
  });
}
