import { buildCommand, type Command, type CommandContext } from "@stricli/core";
import type { AnalyzeFlags } from "./analyze/judge.ts";
import { flag } from "./flags.ts";
import { policyFlags } from "./policy-flags.ts";

type Work = (this: CommandContext, flags: AnalyzeFlags, ...written: string[]) => Promise<void>;

/** `analyze` with what does its work: less in the bundle that only analyses (`light.ts`). */
export const analyzeRoute = (
  loader: () => Promise<{ readonly default: Work }>,
): Readonly<Record<"analyze", Command<CommandContext>>> => ({
  analyze: buildCommand({
    loader,
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
});
