import { layers, type Layers } from "../probes/layers.ts";
import type { BytecodeCount } from "../probes/support/bytecode.ts";
import type { Check } from "./check.ts";
import { exampleLayers } from "./support/examples.ts";
import { fail, pass, unproven } from "./support/verdicts.ts";

/** Packages carry some files that are no Python of this version; the compiler skips those. */
const TOLERATED_MISSING = 0.05;

const stale: BytecodeCount = { sources: 100, valid: 0, stale: 100, missing: 0, examples: ["app/main.py (stale)"] };
const missing: BytecodeCount = {
  sources: 600,
  valid: 0,
  stale: 0,
  missing: 600,
  examples: ["usr/local/lib/python3.13/ast.py (missing)"],
};

export const bytecodeValid: Check<Layers> = {
  id: "bytecode-valid",
  title: "Every module comes with bytecode that Python will use",
  why: "Missing or stale bytecode is compiled at every start when the root is read-only: 2.9 s instead of 1.0 s to the first answer of a small service.",
  source: "PEP 552",
  whenItFails: {
    symptom: "The service starts slowly, each time.",
    cause:
      "Modules have no bytecode, or bytecode by file times that the image's export changed; a read-only root cannot keep new one.",
    remedy: "Compile while building with unchecked hashes, after the last COPY of code.",
  },
  needs: layers,
  examples: [
    { name: "valid", data: exampleLayers, status: "pass" },
    { name: "stale", data: { ...exampleLayers, bytecode: { application: stale } }, status: "fail" },
    { name: "missing", data: { ...exampleLayers, bytecode: { "standard library": missing } }, status: "fail" },
    { name: "no Python seen", data: { ...exampleLayers, bytecode: {} }, status: "unproven" },
  ],
  judge({ bytecode }) {
    const areas = Object.entries(bytecode);
    if (areas.length === 0) return unproven("No Python source was found in the image.");
    const problems = areas.flatMap(([area, count]) => {
      if (count.stale > 0)
        return [`${area}: ${count.stale} of ${count.sources} stale, such as ${count.examples[0] ?? ""}`];
      const lacking = count.missing / count.sources > TOLERATED_MISSING;
      return lacking ? [`${area}: ${count.missing} of ${count.sources} without bytecode`] : [];
    });
    if (problems.length > 0) return fail(`${problems.join("; ")}.`);
    return pass(`Valid: ${areas.map(([area, { valid, sources }]) => `${area} ${valid} of ${sources}`).join(", ")}.`);
  },
};
