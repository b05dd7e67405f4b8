import type { CommandContext } from "@stricli/core";
import { analyzeStep, dockerfileOf } from "../../pipeline/analyze-step.ts";
import { openSession } from "../../pipeline/session.ts";
import { optionsOf } from "../flags.ts";
import { failed, findingText, print, printJson } from "../output.ts";
import { inWorld } from "../world.ts";

interface Flags {
  readonly json: boolean;
  readonly dockerfile?: string;
}

export default async function analyze(this: CommandContext, flags: Flags, folder: string): Promise<void> {
  await inWorld(async (world) => {
    const session = await openSession(folder, { ...optionsOf(flags), withoutChanges: !flags.json }, world);
    const analysis = await analyzeStep(session, undefined);
    const { path } = dockerfileOf(analysis);
    const { findings, service } = analysis;
    if (flags.json) printJson(this, { service, dockerfile: path, findings });
    else {
      const last = findings.length === 0 ? `${path}: nothing to change.` : `${path}: ${findings.length} findings.`;
      print(this, [...findings.map(findingText), last].join("\n"));
    }
    if (findings.some(({ severity }) => severity === "error")) failed();
  });
}
