import { formatBytes } from "../kit/units.ts";
import { layers, type Layers } from "../probes/layers.ts";
import type { Check } from "./check.ts";
import { exampleContract, exampleLayers } from "./support/examples.ts";
import { addedBytecode, sizeLimitInWords, USUAL_SIZE_RATIO } from "./support/sizes.ts";
import { fail, notApplicable, pass, unproven } from "./support/verdicts.ts";

const after = {
  side: "after",
  contract: { ...exampleContract, limits: { ...exampleContract.limits, sizeRatio: 0.7 } },
} as const;

/** Where nobody says more. */
const usual = { ...exampleContract, limits: { ...exampleContract.limits, sizeRatio: USUAL_SIZE_RATIO } };

export const size: Check<Layers> = {
  id: "size",
  severity: "warning",
  title: "The image is small against today's",
  why: "Every node that runs the service pulls and unpacks it. Where nobody says more in `limits: { sizeRatio }`, 5 % are left, and bytecode that today's image has not is not counted: it makes each start quicker.",
  source: "The contract's limit sizeRatio",
  whenItFails: {
    symptom: "Pulling and starting take longer than before.",
    cause: "Something new is in a layer: a cache, a compiler, files that `chown -R` stored twice.",
    remedy: "Compare the layers in report.html, and set owners while copying.",
  },
  needs: layers,
  shownBy: "comparison",
  examples: [
    {
      name: "half",
      data: exampleLayers,
      status: "pass",
      context: { ...after, before: { ...exampleLayers, bytes: 360_000_000 } },
    },
    {
      name: "a little larger",
      data: exampleLayers,
      status: "pass",
      context: { side: "after", contract: usual, before: { ...exampleLayers, bytes: exampleLayers.bytes / 1.04 } },
    },
    {
      name: "larger by its bytecode alone",
      data: { ...exampleLayers, bytecodeBytes: 40_000_000 },
      status: "pass",
      context: { side: "after", contract: usual, before: { ...exampleLayers, bytes: 140_000_000, bytecodeBytes: 0 } },
    },
    {
      name: "larger by its bytecode, where the team gives a ratio",
      data: { ...exampleLayers, bytecodeBytes: 40_000_000 },
      status: "fail",
      context: { ...after, before: { ...exampleLayers, bytes: 140_000_000, bytecodeBytes: 0 } },
    },
    {
      name: "larger by more",
      data: exampleLayers,
      status: "fail",
      context: { side: "after", contract: usual, before: { ...exampleLayers, bytes: exampleLayers.bytes / 1.06 } },
    },
    { name: "as large", data: exampleLayers, status: "fail", context: { ...after, before: exampleLayers } },
    {
      name: "nothing to compare with",
      data: exampleLayers,
      status: "unproven",
      context: { ...after, before: undefined },
    },
    {
      name: "today's image itself",
      data: exampleLayers,
      status: "not-applicable",
      context: { ...after, side: "before" },
    },
  ],
  judge(own, { side, before, contract }) {
    const { bytes } = own;
    const basis = "unpacked: the sum of the payloads of all layers";
    const measured = { value: bytes, unit: "bytes", how: basis, samples: [bytes] } as const;
    if (side === "before")
      return { ...notApplicable(`${formatBytes(bytes)} ${basis}. The other image is compared with it.`), measured };
    const today = before as Partial<Layers> | undefined;
    const todays = today?.bytes;
    if (todays === undefined || todays === 0)
      return {
        ...unproven(`${formatBytes(bytes)} ${basis}; today's image is not there to compare it with.`),
        measured,
      };
    const { sizeRatio } = contract.limits;
    const added = addedBytecode(own, { ...today, bytes: todays }, sizeRatio);
    const ratio = (bytes - added) / todays;
    const message = `${formatBytes(bytes)} against ${formatBytes(todays)}: ${Math.round(ratio * 100)} % (${sizeLimitInWords(sizeRatio, added)}; ${basis}).`;
    return ratio <= sizeRatio ? pass(message, measured) : fail(message, measured);
  },
};
