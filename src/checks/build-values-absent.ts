import { counted } from "../kit/text.ts";
import { layers, type Layers } from "../probes/layers.ts";
import type { Check } from "./check.ts";
import { exampleLayers } from "./support/examples.ts";
import { fail, notApplicable, pass, some, unproven } from "./support/verdicts.ts";

const canaries = (planted: number | undefined, found: readonly string[], given = 0): Layers => ({
  ...exampleLayers,
  canaries: { planted, given, found },
});

export const buildValuesAbsent: Check<Layers> = {
  id: "build-values-absent",
  severity: "error",
  title: "Values passed to the build are in no layer and not in the history",
  why: "Patterns only find secrets of a known shape. Random values of ours, passed where a secret would be, show whether any would stay; what the team gives itself (`buildSecrets`) is looked for as it is.",
  source: "Docker documentation: build secrets",
  whenItFails: {
    symptom: "A password that was passed to the build can be read in the image.",
    cause: "It was an ARG, or it was written to a file in a layer.",
    remedy: "Change the password, and pass it as `--mount=type=secret`.",
  },
  needs: layers,
  shownBy: "build",
  examples: [
    { name: "none stayed", data: canaries(2, []), status: "pass" },
    { name: "one stayed", data: canaries(2, ["layer 4: /root/.netrc"]), status: "fail" },
    { name: "none of the team's stayed", data: canaries(0, [], 1), status: "pass" },
    { name: "one of the team's stayed", data: canaries(0, ["layer 4: /etc/pip.conf"], 1), status: "fail" },
    { name: "the build takes none", data: canaries(0, []), status: "not-applicable" },
    { name: "none were passed", data: canaries(undefined, []), status: "unproven" },
  ],
  judge({ canaries: { planted, given = 0, found } }) {
    if (found.length > 0) return fail(`A value that was passed to the build stayed in the image: ${some(found)}.`);
    if (planted === undefined) return unproven("No random value was passed to the build, so nothing could come out.");
    if (planted + given === 0)
      return notApplicable(
        "The build takes no value that could be replaced by a random one, and no secret of the team's.",
      );
    const ofTeam = counted(given, "secret of the team's", "secrets of the team's");
    const values = [...(planted === 0 ? [] : [counted(planted, "random value")]), ...(given === 0 ? [] : [ofTeam])];
    return pass(`${values.join(" and ")} went into the build, and none came out in the image.`);
  },
};
