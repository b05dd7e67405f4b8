import { relative } from "node:path";
import type { CommandContext } from "@stricli/core";
import { shellWord } from "../../kit/shell-word.ts";
import { runWhole } from "../../pipeline/whole.ts";
import { openSession } from "../../pipeline/session.ts";
import { summaryTable } from "../../reporters/terminal.ts";
import {
  type FailOnFlag,
  optionsOf,
  type PushFlag,
  type ReproducibleFlag,
  type SessionFlags,
  type StructureTestFlag,
  type TestsFlag,
} from "../flags.ts";
import { tellOthers } from "../others.ts";
import { failed, print, printJson, reader } from "../output.ts";
import { paragraph } from "../paragraph.ts";
import { inWorld } from "../world.ts";

interface Flags extends SessionFlags, PushFlag, FailOnFlag, ReproducibleFlag, StructureTestFlag, TestsFlag {
  readonly json: boolean;
  readonly fresh: boolean;
  readonly keepImages: boolean;
  readonly repetitions: number;
}

export default async function run(this: CommandContext, flags: Flags, folder: string): Promise<void> {
  await inWorld(async (world) => {
    const session = await openSession(folder, optionsOf(flags), world);
    await tellOthers(this, "run", folder, session);
    const { report, run: done } = await runWhole(session, flags);
    if (flags.json) printJson(this, report);
    else {
      const { colour, width = 120 } = reader();
      print(this, summaryTable(report, { colour, width }));
      print(this, `Report: ${relative(process.cwd(), done.directory) || "."}/report.html`);
      const next =
        report.verdict.status === "pass"
          ? `\`seaworthy apply ${shellWord(folder)}\` writes what was proven.`
          : "`seaworthy explain ID` says what a check is about, and what mostly breaks it.";
      print(this, paragraph(next));
    }
    if (report.verdict.status !== "pass") failed();
  });
}
