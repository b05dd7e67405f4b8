import { existsSync } from "node:fs";
import { join } from "node:path";
import type { CommandContext } from "@stricli/core";
import { UserError } from "../../kit/errors.ts";
import { writeWhole } from "../../kit/files.ts";
import { CONFIG_FILE } from "../../pipeline/config.ts";
import { CONFIG_TEMPLATE } from "../../pipeline/config-template.ts";
import { serviceFolder } from "../../pipeline/folder.ts";
import { print } from "../output.ts";

export default async function init(
  this: CommandContext,
  flags: { readonly print: boolean },
  folder: string,
): Promise<void> {
  if (flags.print) {
    print(this, CONFIG_TEMPLATE);
    return;
  }
  const file = join(serviceFolder(folder), CONFIG_FILE);
  if (existsSync(file))
    throw new UserError("init/exists", `${file} is there already`, {
      hint: "`seaworthy init --print` prints a new one beside it.",
    });
  await writeWhole(file, CONFIG_TEMPLATE);
  print(this, `Written: ${file}`);
}
