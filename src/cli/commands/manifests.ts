import { relative } from "node:path";
import type { CommandContext } from "@stricli/core";
import { judgeAgain } from "../../pipeline/judge-again.ts";
import { manifestsOf, writeManifests } from "../../pipeline/manifests-step.ts";
import { failed, print } from "../output.ts";

export default async function manifests(
  this: CommandContext,
  flags: { readonly run?: string; readonly format?: readonly string[]; readonly out?: string; readonly image?: string },
  folder: string,
): Promise<void> {
  const made = manifestsOf(await judgeAgain(folder, flags.run ?? "latest"), flags);
  const tell = (text: string) => this.process.stderr.write(`${text}\n`);
  if (flags.out === undefined) for (const { text } of made) this.process.stdout.write(text);
  else for (const file of await writeManifests(flags.out, made)) print(this, relative(process.cwd(), file));
  for (const { file, fillIn, open } of made) {
    for (const one of fillIn) tell(`${file}: to fill in: ${one}`);
    for (const one of open) tell(`${file}: not proven: ${one}`);
  }
  if (made.some(({ open }) => open.length > 0)) failed();
}
