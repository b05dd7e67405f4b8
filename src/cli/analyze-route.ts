import { buildCommand, type Command, type CommandContext } from "@stricli/core";
import { flag, folder } from "./flags.ts";
import { policyFlags } from "./policy-flags.ts";

/** `analyze`, apart from the other commands: it is bundled on its own (`light.ts`). */
export const analyzeRoute: Readonly<Record<"analyze", Command<CommandContext>>> = {
  analyze: buildCommand({
    loader: () => import("./commands/analyze.ts"),
    parameters: { flags: { json: flag.json, dockerfile: flag.dockerfile, ...policyFlags }, positional: folder },
    docs: { brief: "Read a service and say what is wrong with its image" },
  }),
};
