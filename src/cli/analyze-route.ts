import { buildCommand, type Command, type CommandContext } from "@stricli/core";
import { flag } from "./flags.ts";
import { policyFlags } from "./policy-flags.ts";

/** `analyze`, apart from the other commands: it is bundled on its own (`light.ts`). */
export const analyzeRoute: Readonly<Record<"analyze", Command<CommandContext>>> = {
  analyze: buildCommand({
    loader: () => import("./commands/analyze.ts"),
    parameters: {
      flags: { json: flag.json, dockerfile: flag.dockerfile, format: flag.format, ...policyFlags },
      positional: {
        kind: "array",
        parameter: {
          parse: String,
          brief: "folders of services, Dockerfiles or patterns; `-` for a Dockerfile on stdin",
          placeholder: "folder",
        },
      },
    },
    docs: { brief: "Read services and say what is wrong with their images" },
  }),
};
