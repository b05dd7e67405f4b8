import { resolve } from "node:path";
import type { CommandContext } from "@stricli/core";
import { rollBack } from "../../pipeline/apply.ts";
import { print } from "../output.ts";
import { paragraph } from "../paragraph.ts";
import { toItsEnd } from "../world.ts";

export default async function rollback(
  this: CommandContext,
  flags: { readonly force: boolean },
  folder: string,
): Promise<void> {
  const journal = await toItsEnd("the files are taken back first, so that the folder is whole.", () =>
    rollBack(resolve(folder), flags),
  );
  print(this, paragraph(`Taken back: ${journal.files.map(({ path }) => path).join(", ")}.`));
}
