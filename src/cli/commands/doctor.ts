import type { CommandContext } from "@stricli/core";
import { examine } from "../../pipeline/doctor.ts";
import { failed, print, printJson } from "../output.ts";
import { paragraph } from "../paragraph.ts";
import { inWorld } from "../world.ts";

interface Flags {
  readonly engine?: string;
  readonly ca?: string;
  readonly json: boolean;
}

export default async function doctor(this: CommandContext, flags: Flags): Promise<void> {
  await inWorld(async (world) => {
    const results = await examine(world, flags);
    if (flags.json) printJson(this, results);
    else
      for (const { ok, what, hint } of results) {
        print(this, paragraph(what, ok ? "ok    " : "MEND  "));
        if (!ok) print(this, paragraph(`→ ${hint}`, "      "));
      }
    if (results.some(({ ok }) => !ok)) failed();
  });
}
