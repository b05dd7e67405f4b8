import { existsSync } from "node:fs";
import { join } from "node:path";
import type { CommandContext } from "@stricli/core";
import { UserError } from "../../kit/errors.ts";
import { writeWhole } from "../../kit/files.ts";
import { CONFIG_FILE } from "../../pipeline/config.ts";
import { configJsonSchema } from "../../pipeline/config-schema.ts";
import { CONFIG_TEMPLATE } from "../../pipeline/config-template.ts";
import { serviceFolder } from "../../pipeline/folder.ts";
import { requirementsJsonSchema } from "../../requirements/schema.ts";
import { print } from "../output.ts";

interface Flags {
  readonly print: boolean;
  readonly schema: boolean;
}

export default async function init(this: CommandContext, flags: Flags, folder: string): Promise<void> {
  if (flags.print) {
    print(this, CONFIG_TEMPLATE);
    return;
  }
  const root = serviceFolder(folder);
  if (flags.schema) {
    print(this, `Written: ${await writeSchemas(root)}`);
    return;
  }
  const file = join(root, CONFIG_FILE);
  if (existsSync(file))
    throw new UserError("init/exists", `${file} is there already`, {
      hint: "`seaworthy init --print` prints a new one beside it; `init --schema` renews what editors check it by.",
    });
  await writeWhole(file, CONFIG_TEMPLATE);
  await writeSchemas(root);
  print(this, `Written: ${file}`);
}

/** What the first line of a new seaworthy.yaml points editors to; of this version, and not for git. */
async function writeSchemas(root: string): Promise<string> {
  const own = join(root, ".seaworthy");
  await writeWhole(join(own, ".gitignore"), "*\n");
  const schemas = {
    "seaworthy.schema.json": configJsonSchema(),
    "seaworthy.requirements.schema.json": requirementsJsonSchema(),
  };
  for (const [name, schema] of Object.entries(schemas))
    await writeWhole(join(own, name), `${JSON.stringify(schema, undefined, 2)}\n`);
  return Object.keys(schemas)
    .map((name) => join(own, name))
    .join(", ");
}
