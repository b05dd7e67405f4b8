import type { Choice, Decider, Facts } from "./decider.ts";
import { configured, override } from "./shared/override.ts";

/** uv is a build tool: it is mounted while it works and is in no layer. */
export const uv: Decider = {
  id: "uv",
  title: "uv: version and place",
  after: [],
  resolves: ["helper-image-floating", "uv-in-final-stage", "uv-or-pip-tool-unpinned"],
  decide(facts: Facts): Choice {
    const chosen = override(facts, "uv.version", "text");
    const version = chosen ?? facts.uvVersion;
    return {
      value: { uv: { image: `ghcr.io/astral-sh/uv:${version}`, version } },
      choice: `uv ${version}, mounted into the build steps that use it`,
      because: `${chosen === undefined ? "One exact version builds the same environment tomorrow." : configured("uv")} It is mounted from its own image, so it is in no layer and the runtime has no installer.`,
      rejected: [
        { option: "`pip install uv`", because: "the version floats and the installer stays in a layer" },
        { option: "`curl … | sh`", because: "it runs unpinned code and needs curl, tar and gzip" },
        {
          option: "uv in the runtime image",
          because: "`uv run` writes a cache at start and may install packages then",
        },
      ],
    };
  },
};
