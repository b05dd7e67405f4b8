import { formatBytes } from "../kit/units.ts";
import type { Layer } from "../model/types.ts";
import { layers, type Layers } from "../probes/layers.ts";
import type { Check } from "./check.ts";
import { exampleContract, exampleLayers } from "./support/examples.ts";
import { addedBytecode, sizeLimitInWords, USUAL_SIZE_RATIO } from "./support/sizes.ts";
import { fail, notApplicable, pass, unproven } from "./support/verdicts.ts";

const layer = (contentBytes: number | undefined, estimatedContentBytes?: number): Layer => ({
  diffId: `sha256:${"1".repeat(64)}`,
  bytes: 180_000_000,
  contentBytes,
  ...(estimatedContentBytes === undefined ? {} : { estimatedContentBytes }),
  createdBy: "COPY /app /app",
  files: 9000,
});
const withLayers = (...all: readonly Layer[]): Layers => ({ ...exampleLayers, layers: all });
const after = {
  side: "after",
  contract: { ...exampleContract, limits: { ...exampleContract.limits, sizeRatio: 0.7 } },
  before: withLayers(layer(100_000_000)),
} as const;

/** Where nobody says more. */
const usual = {
  side: "after",
  contract: { ...exampleContract, limits: { ...exampleContract.limits, sizeRatio: USUAL_SIZE_RATIO } },
} as const;

export const pullSize: Check<Layers> = {
  id: "pull-size",
  severity: "warning",
  title: "There is little to pull against today's image",
  why: "A node that does not have the image yet downloads its compressed layers before anything starts.",
  source: "The contract's limit sizeRatio; OCI image specification: manifest",
  whenItFails: {
    symptom: "A new node takes longer to start the service than before.",
    cause: "A new layer holds what does not compress: bytecode, archives, models, shared libraries.",
    remedy: "Compare the layers in report.html, and leave out what is not needed at run time.",
  },
  needs: layers,
  shownBy: "comparison",
  examples: [
    { name: "half", data: withLayers(layer(50_000_000)), status: "pass", context: after },
    {
      name: "more by its bytecode alone",
      data: { ...withLayers(layer(90_000_000)), bytecodeBytes: 60_000_000 },
      status: "pass",
      context: { ...usual, before: { ...withLayers(layer(70_000_000)), bytecodeBytes: 0 } },
    },
    {
      name: "more, and little of it bytecode",
      data: { ...withLayers(layer(90_000_000)), bytecodeBytes: 10_000_000 },
      status: "fail",
      context: { ...usual, before: { ...withLayers(layer(70_000_000)), bytecodeBytes: 0 } },
    },
    { name: "half, estimated", data: withLayers(layer(undefined, 50_000_000)), status: "pass", context: after },
    { name: "as much", data: withLayers(layer(100_000_000)), status: "fail", context: after },
    {
      name: "an estimate near the limit proves nothing",
      data: withLayers(layer(undefined, 70_000_000)),
      status: "unproven",
      context: after,
    },
    { name: "not known", data: withLayers(layer(undefined)), status: "unproven", context: after },
    {
      name: "nothing to compare with",
      data: withLayers(layer(50_000_000)),
      status: "unproven",
      context: { ...after, before: undefined },
    },
    {
      name: "today's image itself",
      data: withLayers(layer(50_000_000)),
      status: "not-applicable",
      context: { ...after, side: "before" },
    },
  ],
  judge(own, { side, before, contract: { limits } }) {
    const now = toPull(own.layers);
    if (now === undefined) return unproven("The engine keeps no compressed layers, and their size was not estimated.");
    const measured = { value: now.bytes, unit: "bytes", how: now.how, samples: [now.bytes] } as const;
    const told = `${formatBytes(now.bytes)} ${now.how}`;
    if (side === "before") return { ...notApplicable(`${told}. The other image is compared with it.`), measured };
    const today = before as Partial<Layers> | undefined;
    const todays = toPull(today?.layers ?? []);
    if (todays === undefined || todays.bytes === 0)
      return { ...unproven(`${told}; today's image is not there to compare it with.`), measured };
    const unpacked = addedBytecode(own, { ...today, bytes: todays.bytes }, limits.sizeRatio);
    // As little as the rest of its image: nobody says to how much it alone is compressed.
    const added = own.bytes === 0 ? 0 : Math.round((unpacked * now.bytes) / own.bytes);
    const ratio = (now.bytes - added) / todays.bytes;
    const message = `${told} against ${formatBytes(todays.bytes)} ${todays.how}: ${Math.round(ratio * 100)} % (${sizeLimitInWords(limits.sizeRatio, added)}).`;
    if (!(now.exact && todays.exact && added === 0) && Math.abs(ratio / limits.sizeRatio - 1) <= ERROR)
      return { ...unproven(`${message} The estimate is not exact enough to tell.`), measured };
    return ratio <= limits.sizeRatio ? pass(message, measured) : fail(message, measured);
  },
};

/** By how much an estimate was seen to be wrong, on either side. */
const ERROR = 0.06;

interface Pull {
  readonly bytes: number;
  readonly exact: boolean;
  readonly how: string;
}

/** Of all layers; undefined when one of them is neither known nor estimated. */
function toPull(all: readonly Layer[]): Pull | undefined {
  const sizes = all.map(({ contentBytes, estimatedContentBytes }) => contentBytes ?? estimatedContentBytes);
  if (sizes.length === 0 || sizes.includes(undefined)) return undefined;
  const exact = all.every(({ contentBytes }) => contentBytes !== undefined);
  return {
    bytes: sizes.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0),
    exact,
    how: exact ? "compressed, from the manifest" : "compressed, estimated from samples",
  };
}
