import { formatBytes } from "../kit/units.ts";
import { layers, type Layers } from "../probes/layers.ts";
import type { Check } from "./check.ts";
import { exampleLayers } from "./support/examples.ts";
import { fail, pass } from "./support/verdicts.ts";

/** A marker file in an empty cache folder is no cache. */
const SOME_BYTES = 4096;

export const cachesAbsent: Check<Layers> = {
  id: "caches-absent",
  severity: "error",
  title: "No layer holds a package manager's cache",
  why: "A cache in a layer is downloaded with every pull and used by nobody; deleting it in a later layer does not make the image smaller.",
  source: "Docker documentation: building best practices, apt-get",
  whenItFails: {
    symptom: "The image is hundreds of megabytes larger than its packages.",
    cause:
      "A cache of uv, pip, apt or dnf lies in a layer; with uv, often because the cache mount is not where UV_CACHE_DIR points.",
    remedy: "Mount the cache at the path that the tool uses, and clean package lists in the step that made them.",
  },
  needs: layers,
  examples: [
    { name: "none", data: exampleLayers, status: "pass" },
    {
      name: "apt lists",
      data: {
        ...exampleLayers,
        caches: [{ kind: "apt", bytes: 19_000_000, files: 6, example: "/var/lib/apt/lists/x" }],
      },
      status: "fail",
    },
  ],
  judge({ caches }) {
    const large = caches.filter(({ bytes }) => bytes >= SOME_BYTES);
    if (large.length === 0) return pass("No cache of uv, pip, Poetry, conda, apt, dnf or apk in any layer.");
    return fail(
      `${large.map(({ kind, bytes, example }) => `${kind}: ${formatBytes(bytes)} such as ${example}`).join("; ")}.`,
    );
  },
};
