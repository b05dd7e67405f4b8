import type { CommandContext } from "@stricli/core";
import { text } from "../../formats/text.ts";
import { secretsOf } from "../../dockerfile/secrets.ts";
import { UserError } from "../../kit/errors.ts";
import { redact, redactByShape } from "../../kit/redact.ts";
import { withoutValues } from "../../kit/redact-data.ts";
import { shellWord } from "../../kit/shell-word.ts";
import { visible } from "../../kit/text.ts";
import { applyFiles } from "../../pipeline/apply.ts";
import { differenceOf } from "../../pipeline/difference.ts";
import { fixStep } from "../../pipeline/fix-step.ts";
import { openSession, type Session, type World } from "../../pipeline/session.ts";
import { VERSION } from "../../pipeline/version.ts";
import { rules } from "../../rules/index.gen.ts";
import type { AnalyzeFlags } from "../analyze/judge.ts";
import type { Target } from "../analyze/target.ts";
import { targetsOf } from "../analyze/targets.ts";
import { failed, print, printJson, reader } from "../output.ts";
import { fails, policyOptions } from "../policy-flags.ts";
import { inWorld } from "../world.ts";
import analyze from "./analyze.ts";

/** `analyze` of the whole command line: what `--fix` needs is not in the bundle that only analyses. */
export default async function analyzeAndFix(
  this: CommandContext,
  flags: AnalyzeFlags,
  ...written: string[]
): Promise<void> {
  if (!flags.fix && flags.dryRun)
    throw new UserError("usage/dry-run", "`--dry-run` shows what `--fix` would do", {
      hint: "Use `seaworthy analyze --fix --dry-run`.",
    });
  if (flags.fix) await fixAllOf(this, flags, written);
  else await analyze.call(this, flags, ...written);
}

async function fixAllOf(command: CommandContext, flags: AnalyzeFlags, written: readonly string[]): Promise<void> {
  if (written.includes("-") || flags.format !== undefined || flags.writeBaseline)
    throw new UserError("usage/fix", "`--fix` goes with no stdin, no `--format` and no `--write-baseline`", {
      hint: "Fix first; then call `seaworthy analyze` for the rest.",
    });
  const targets = await targetsOf(written.length === 0 ? ["."] : written, process.cwd());
  await inWorld(async (world) => {
    for (const target of targets) await fixOne(command, flags, target, world);
  });
}

async function fixOne(command: CommandContext, flags: AnalyzeFlags, target: Target, world: World): Promise<void> {
  const dockerfile = target.dockerfile ?? flags.dockerfile;
  const options = {
    ...(dockerfile === undefined ? {} : { dockerfile }),
    ...policyOptions(flags),
    withoutChanges: true,
  };
  const session = await openSession(target.folder || ".", options, world);
  await say(command, { flags, target, session }, await fixStep(session));
}

async function say(
  command: CommandContext,
  { flags, target, session }: { readonly flags: AnalyzeFlags; readonly target: Target; readonly session: Session },
  { files, done, left, after, changed }: Awaited<ReturnType<typeof fixStep>>,
): Promise<void> {
  const difference = flags.dryRun && files.length > 0 ? await differenceOf(session.folder, files) : undefined;
  const backup = flags.dryRun || files.length === 0 ? undefined : await write(session, files);
  const secrets = after.dockerfile === undefined ? [] : secretsOf(after.dockerfile);
  if (flags.json) {
    const said = { fixed: done, left, difference, backup, findings: after.findings };
    printJson(command, withoutValues(said, secrets));
  } else {
    const { findings, suppressed = [], unchanged = 0, service, dockerfile: fixed } = after;
    const read = (path: string) => changed.get(path) ?? session.tree.read(path);
    const context = { tool: { name: "seaworthy", version: VERSION } as const, rules, ...reader() };
    // A fix that is still there was tried and taken back.
    const rest = findings.map((finding) => ({ ...finding, fix: undefined }));
    const judged = { folder: target.folder, service, dockerfile: fixed, findings: rest, suppressed, unchanged, read };
    command.process.stdout.write(text.begin(context).add(judged));
    const said = [
      ...(difference === undefined ? [] : [difference]),
      ...left.map(({ finding, because }) => `Not fixed: ${finding.rule}: ${because}.`),
      ...done.map(({ rule, fix }) => `${flags.dryRun ? "Would fix" : "Fixed"}: ${rule}: ${fix?.title}.`),
      ...(done.length === 0 ? ["There is nothing to fix safely."] : []),
      ...(backup === undefined
        ? []
        : [`The old files are in ${backup}; \`seaworthy rollback ${shellWord(target.folder || ".")}\` takes it back.`]),
    ];
    print(command, visible(redact(redactByShape(said.join("\n")), secrets)));
  }
  if (fails(after, session, flags)) failed();
}

/** The path of the backup, relative to the folder. */
async function write({ folder, world }: Session, files: Parameters<typeof applyFiles>[1]): Promise<string> {
  const id = new Date(world.now()).toISOString().replaceAll(/[:.]/g, "-");
  await applyFiles(folder, files, { id, run: "analyze --fix", signal: world.signal, force: false });
  return `.seaworthy/backups/${id}`;
}
