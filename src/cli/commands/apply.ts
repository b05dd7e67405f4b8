import { resolve } from "node:path";
import type { CommandContext } from "@stricli/core";
import { UserError } from "../../kit/errors.ts";
import { shellWord } from "../../kit/shell-word.ts";
import { applyFiles, changedSince } from "../../pipeline/apply.ts";
import { differenceOf } from "../../pipeline/difference.ts";
import { filesToApply } from "../../pipeline/judge-again.ts";
import { print } from "../output.ts";
import { paragraph } from "../paragraph.ts";
import { inWorld } from "../world.ts";

interface Flags {
  readonly run?: string;
  readonly force: boolean;
  readonly dryRun: boolean;
}

export default async function apply(this: CommandContext, flags: Flags, folder: string): Promise<void> {
  await inWorld(async ({ signal, now }) => {
    const root = resolve(folder);
    const { files, run, refusal } = await filesToApply(root, flags.run ?? "latest");
    const refused = flags.force ? undefined : refusal;
    if (refused !== undefined && !flags.dryRun) throw refused;
    print(this, await differenceOf(root, files));
    if (flags.dryRun) {
      const why = refused ?? (flags.force ? undefined : await changedSince(root, files));
      if (why !== undefined) throw wouldBe(why);
      return;
    }
    const id = new Date(now()).toISOString().replaceAll(/[:.]/g, "-");
    const journal = await applyFiles(root, files, { id, run, signal, force: flags.force });
    const written = `Written: ${journal.files.map(({ path }) => path).join(", ")}. \`seaworthy rollback ${shellWord(folder)}\` takes it back.`;
    print(
      this,
      paragraph(journal.files.length === 0 ? "Nothing to change: the folder holds these files already." : written),
    );
  });
}

/** The dry run ends as the command would, and says that it only would. */
const wouldBe = ({ code, message, hint, where, details }: UserError): UserError =>
  new UserError(code, `Applying this would be refused: ${message}`, { hint, details, ...(where && { where }) });
