import type { Choice, Decider, Draft, Facts } from "./decider.ts";
import { composeOverride } from "./shared/compose.ts";
import { list, places, shown } from "./shared/say.ts";

/** Commands of today's Compose services that would not be found in the new image. */
export const compose: Decider = {
  id: "compose",
  title: "Commands of Compose services",
  after: ["context"],
  resolves: [],
  decide({ service }: Facts, draft: Draft): Choice {
    const found = composeOverride(service, draft.dockerfile ?? "");
    if (found === undefined)
      return {
        value: {},
        choice: "left as they are",
        because:
          "No service of a Compose file that is built from this Dockerfile is started by uv, Poetry, PDM or Pipenv alone.",
        rejected: [{ option: "changing the Compose file", because: "nothing in it stops working with the new image" }],
      };
    const commands = Object.fromEntries(found.starts.map((start) => [start.compose?.name ?? "", start.argv]));
    const said = Object.entries(commands).map(([name, argv]) => `${name}: \`${shown(argv)}\``);
    return {
      value: { compose: { path: found.path, commands } },
      choice: `\`${found.path}\` with ${list(said)}`,
      because:
        "The image has no installer, so today's command would not be found; what it starts is on PATH already. Compose reads this file with the one beside it, which stays as it is.",
      evidence: places(found.starts.map(({ evidence }) => evidence)),
      rejected: [
        {
          option: "the installer in the image",
          because: "every installation would carry an installer for one development service",
        },
        { option: "changing the Compose file", because: "the team's own file stays the team's" },
      ],
    };
  },
};
