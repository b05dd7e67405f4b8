import { formatBytes } from "../kit/units.ts";
import type { LayerWaste } from "../model/types.ts";
import { layers, type Layers } from "../probes/layers.ts";
import type { Check } from "./check.ts";
import { exampleLayers } from "./support/examples.ts";
import { fail, pass, some } from "./support/verdicts.ts";

/** Of the image: every base replaces a few of its own files, such as the package database. */
const TOLERATED_SHARE = 0.05;
const TOLERATED_BYTES = 5_000_000;

const chown: LayerWaste = { layer: 5, deleted: 0, replaced: 0, doubled: 60_000_000, example: "/app/.venv/bin/ruff" };

export const littleWaste: Check<Layers> = {
  id: "little-waste",
  severity: "warning",
  title: "Few bytes are pulled that nobody can read",
  why: "A file that a later layer deletes, replaces or only gives to another owner stays in its layer, and is pulled for nothing.",
  source: "OCI image specification: layers",
  whenItFails: {
    symptom: "The image is larger than the files in it.",
    cause:
      "`RUN chown -R` or `chmod -R` stored the files a second time, or a later step deleted what an earlier one made.",
    remedy: "Set owners and modes while copying, and clean up in the step that makes the mess.",
  },
  needs: layers,
  examples: [
    { name: "nothing hidden", data: exampleLayers, status: "pass" },
    { name: "chown -R", data: withWaste([chown]), status: "fail" },
    {
      name: "many deletions",
      data: withWaste([
        { ...chown, doubled: 0, deleted: 20_000_000 },
        { ...chown, layer: 7, doubled: 0, replaced: 20_000_000 },
      ]),
      status: "fail",
    },
    {
      name: "much of a small image, and little to pull",
      data: { ...withWaste([{ ...chown, doubled: 4_000_000 }]), bytes: 10_000_000 },
      status: "pass",
    },
    {
      name: "much to pull, and little of a large image",
      data: { ...withWaste([chown]), bytes: 2_000_000_000 },
      status: "pass",
      says: "(3.0 %)",
    },
    { name: "a new package database", data: withWaste([{ ...chown, doubled: 0, replaced: 900_000 }]), status: "pass" },
  ],
  judge({ bytes, contents: { waste } }) {
    const hidden = waste.reduce((sum, one) => sum + totalOf(one), 0);
    const share = bytes === 0 ? 0 : hidden / bytes;
    const measured = {
      value: hidden,
      unit: "bytes",
      how: "files in layers that a later one hides",
      samples: [hidden],
    } as const;
    const sum = `${formatBytes(hidden)} of ${formatBytes(bytes)} (${(share * 100).toFixed(1)} %)`;
    if (hidden <= TOLERATED_BYTES || share <= TOLERATED_SHARE)
      return pass(`${sum} are hidden by later layers.`, measured);
    const worst = waste.toSorted((a, b) => totalOf(b) - totalOf(a)).filter((one) => totalOf(one) > TOLERATED_BYTES / 5);
    return fail(`${sum} are hidden by later layers: ${some(worst.map(inWords))}.`, measured);
  },
};

function withWaste(waste: readonly LayerWaste[]): Layers {
  return { ...exampleLayers, contents: { ...exampleLayers.contents, waste } };
}

const totalOf = ({ deleted, replaced, doubled }: LayerWaste): number => deleted + replaced + doubled;

function inWords({ layer, deleted, replaced, doubled, example }: LayerWaste): string {
  const parts = [
    ...(doubled === 0 ? [] : [`${formatBytes(doubled)} stored again for another owner or mode`]),
    ...(deleted === 0 ? [] : [`${formatBytes(deleted)} deleted`]),
    ...(replaced === 0 ? [] : [`${formatBytes(replaced)} replaced`]),
  ];
  return `layer ${layer}: ${parts.join(", ")}, such as ${example}`;
}
