import type { CommandContext } from "@stricli/core";
import { analyzeStep, dockerfileOf } from "../../pipeline/analyze-step.ts";
import { baselineOf } from "../../pipeline/policy-asked.ts";
import { openSession } from "../../pipeline/session.ts";
import { optionsOf } from "../flags.ts";
import { failed, findingText, print, printJson } from "../output.ts";
import { fails, notShown, type PolicyFlags, policyOptions } from "../policy-flags.ts";
import { inWorld } from "../world.ts";

export interface AnalyzeFlags extends PolicyFlags {
  readonly json: boolean;
  readonly dockerfile?: string;
}

export default async function analyze(this: CommandContext, flags: AnalyzeFlags, folder: string): Promise<void> {
  await inWorld(async (world) => {
    const options = { ...optionsOf(flags), ...policyOptions(flags), withoutChanges: !flags.json };
    const session = await openSession(folder, options, world);
    const analysis = await analyzeStep(session, undefined);
    const { path } = dockerfileOf(analysis);
    const { findings, service, suppressed } = analysis;
    const baseline = flags.writeBaseline ? baselineOf(session) : undefined;
    if (baseline !== undefined) {
      const { writeBaseline } = await import("../../pipeline/baseline-file.ts");
      const count = await writeBaseline(baseline, session.folder, findings);
      print(this, `Written: ${baseline} (${count} findings). Name it in seaworthy.yaml: \`baseline:\`.`);
      return;
    }
    if (flags.json) printJson(this, { service, dockerfile: path, findings, suppressed: suppressed ?? [] });
    else {
      const count = findings.length === 0 ? "nothing to change." : `${findings.length} findings.`;
      print(this, [...findings.map(findingText), `${path}: ${count}${notShown(analysis)}`].join("\n"));
    }
    if (fails(analysis, session, flags)) failed();
  });
}
