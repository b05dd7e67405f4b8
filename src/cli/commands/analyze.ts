import { join } from "node:path";
import type { CommandContext } from "@stricli/core";
import type { FormatContext, FormatWriter } from "../../formats/format.ts";
import { text } from "../../formats/text.ts";
import { VERSION } from "../../pipeline/version.ts";
import { baselineOf } from "../../pipeline/policy-asked.ts";
import { rules } from "../../rules/index.gen.ts";
import { type AnalyzeFlags, type Judgement, judgements } from "../analyze/judge.ts";
import type { Output } from "../analyze/outputs.ts";
import type { Target } from "../analyze/target.ts";
import { failed, print, reader, type Shown } from "../output.ts";
import { inPassing, inWorld } from "../world.ts";

/** What only some calls need is loaded when they need it: most are about one folder, for a person. */
export default async function analyze(this: CommandContext, flags: AnalyzeFlags, ...written: string[]): Promise<void> {
  const targets = await targetsOf(written);
  const outputs = flags.writeBaseline ? [] : await outputsOf(this, flags, targets);
  const others: string[] = [];
  try {
    // A busy analysis cannot answer a signal. Where nothing has to be removed, the signal's own effect ends it at once.
    const leavesFiles = flags.format?.some((each) => each.includes("=")) === true || flags.writeBaseline;
    await (leavesFiles ? inWorld : inPassing)(async (world) => {
      for await (const judgement of judgements(flags, targets, world)) {
        if (flags.writeBaseline) await writeBaseline(this, judgement);
        else {
          const { folder, otherDockerfiles = [] } = judgement.judged;
          for (const output of outputs) output.add(judgement.judged);
          others.push(...otherDockerfiles.map((file) => join(folder, file)));
          noteExitCode(judgement);
        }
      }
    });
    for (const output of outputs) output.end();
    if (others.length > 0) await tellOthers(this, others);
  } catch (error) {
    for (const output of outputs) output.abandon();
    throw error;
  }
}

async function tellOthers(command: CommandContext, others: readonly string[]): Promise<void> {
  const [{ notJudged }, { message }] = await Promise.all([import("../others.ts"), import("../paragraph.ts")]);
  command.process.stderr.write(`${message(notJudged([...new Set(others)]))}\n`);
}

/** Undefined: a Dockerfile alone, from stdin. */
async function targetsOf(written: readonly string[]): Promise<readonly Target[] | undefined> {
  const [first = ".", second] = written;
  if (second === undefined && first === ".") return [{ folder: "" }];
  if (second === undefined && first === "-") return undefined;
  return (await import("../analyze/targets.ts")).targetsOf(written, process.cwd());
}

async function outputsOf(
  command: CommandContext,
  flags: AnalyzeFlags,
  targets: readonly Target[] | undefined,
): Promise<readonly Output[]> {
  const context: FormatContext = {
    tool: { name: "seaworthy", version: VERSION },
    rules,
    ...reader(command.process.stdout as Shown),
    facts: flags.json && targets?.length === 1,
  };
  const wanted = flags.json ? ["json"] : flags.format;
  if (wanted === undefined) return [plainOn(command, text.begin(context))];
  return (await import("../analyze/outputs.ts")).outputsOf(command, wanted, context);
}

/** The worst of several counts. */
function noteExitCode({ judged, fails }: Judgement): void {
  if (judged.service === undefined) process.exitCode = 2;
  else if (fails && process.exitCode !== 2) failed();
}

function plainOn(command: CommandContext, writer: FormatWriter): Output {
  const write = (part: string) => void (part !== "" && command.process.stdout.write(part));
  return { add: (judged) => write(writer.add(judged)), end: () => write(writer.end()), abandon: () => {} };
}

async function writeBaseline(command: CommandContext, { judged, session }: Judgement): Promise<void> {
  const file = session === undefined ? undefined : baselineOf(session);
  if (session === undefined || file === undefined) return;
  const { writeBaseline: write } = await import("../../pipeline/baseline-file.ts");
  const count = await write(file, session.folder, judged.findings);
  print(command, `Written: ${file} (${count} findings). Name it in seaworthy.yaml: \`baseline:\`.`);
}
