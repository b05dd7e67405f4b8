import type { CommandContext } from "@stricli/core";
import { formatMilliseconds } from "../../kit/units.ts";
import { buildBoth } from "../../pipeline/build-both.ts";
import { openSession } from "../../pipeline/session.ts";
import { sideName } from "../../pipeline/side-names.ts";
import { optionsOf, type SessionFlags } from "../flags.ts";
import { failed, print, printJson } from "../output.ts";
import { inWorld } from "../world.ts";

export default async function build(
  this: CommandContext,
  flags: SessionFlags & { readonly json: boolean; readonly repetitions: number },
  folder: string,
): Promise<void> {
  await inWorld(async (world) => {
    const session = await openSession(folder, optionsOf(flags), world);
    const sides = await buildBoth(session, flags.repetitions);
    if (flags.json) printJson(this, sides);
    for (const [label, side] of Object.entries(sides)) {
      if (side.image === undefined) failed();
      if (flags.json) continue;
      print(this, `${sideName(label)}: ${side.image?.tag ?? `does not build: ${side.failure?.step}`}`);
      for (const { kind, milliseconds, steps } of side.builds) {
        const cached = steps.filter((step) => step.cached).length;
        print(
          this,
          `    ${kind.padEnd(12)} ${formatMilliseconds(milliseconds).padStart(10)}   ${cached} of ${steps.length} steps cached`,
        );
      }
    }
  });
}
