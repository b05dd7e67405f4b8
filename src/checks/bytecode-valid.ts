import { layers, type Layers } from "../probes/layers.ts";
import type { BytecodeCount, LooksFor } from "../probes/support/bytecode.ts";
import type { Check } from "./check.ts";
import { exampleLayers } from "./support/examples.ts";
import { fail, notApplicable, pass, unproven } from "./support/verdicts.ts";

/** Packages carry some files that are no Python of this version; the compiler skips those. */
const TOLERATED_MISSING = 0.05;

const NO_APPLICATION =
  " No code was found besides, neither in the working directory nor where PYTHONPATH or the command points.";

const stale: BytecodeCount = {
  sources: 100,
  valid: 0,
  stale: 100,
  missing: 0,
  examples: ["app/main.py (stale: of another time or size)"],
};
const otherCode: BytecodeCount = {
  ...stale,
  valid: 99,
  stale: 1,
  otherCode: 1,
  examples: ["app/main.py (stale: an unchecked hash of another source)"],
};
const missing: BytecodeCount = {
  sources: 600,
  valid: 0,
  stale: 0,
  missing: 600,
  examples: ["usr/local/lib/python3.13/ast.py (missing)"],
};

export const bytecodeValid: Check<Layers> = {
  id: "bytecode-valid",
  severity: "warning",
  title: "Every module comes with bytecode that Python will use",
  why: "Python runs bytecode with an unchecked hash without a look at the source: compiled before the source was changed, the old code runs. Other missing or stale bytecode is compiled at every start when the root is read-only: 2.9 s instead of 1.0 s to the first answer of a small service.",
  source: "PEP 552",
  whenItFails: {
    symptom: "The service starts slowly, each time; or it behaves as its source does not say.",
    cause:
      "The source was changed after it was compiled, or modules have no bytecode, or bytecode by file times that the image's export changed; a read-only root cannot keep new one.",
    remedy: "Compile while building with unchecked hashes, after the last COPY of code.",
  },
  needs: layers,
  examples: [
    { name: "valid", data: exampleLayers, status: "pass" },
    { name: "stale", data: { ...exampleLayers, bytecode: { application: stale } }, status: "fail" },
    {
      name: "an old source's, unchecked",
      data: { ...exampleLayers, bytecode: { application: otherCode } },
      status: "fail",
    },
    {
      name: "sources that were not read",
      data: {
        ...exampleLayers,
        bytecode: { application: { ...otherCode, valid: 100, stale: 0, otherCode: 0, uncompared: 3 } },
      },
      status: "unproven",
    },
    { name: "missing", data: { ...exampleLayers, bytecode: { "standard library": missing } }, status: "fail" },
    { name: "no Python source seen", data: { ...exampleLayers, bytecode: {} }, status: "unproven" },
    {
      name: "another Python than CPython",
      data: { ...exampleLayers, interpreter: "", bytecode: { application: { ...missing, sources: 3, missing: 3 } } },
      status: "unproven",
    },
    {
      name: "beside the sources, where Python was told to look elsewhere",
      data: { ...exampleLayers, bytecode: { application: missing }, looksFor: { prefix: "/tmp/pycache" } },
      status: "fail",
      says: "PYTHONPYCACHEPREFIX is /tmp/pycache",
    },
    {
      name: "of another level of optimization",
      data: { ...exampleLayers, bytecode: { application: missing }, looksFor: { optimization: 2 } },
      status: "fail",
      says: "-OO",
    },
    { name: "no Python at all", data: { ...exampleLayers, interpreter: "", bytecode: {} }, status: "not-applicable" },
  ],
  judge({ bytecode, interpreter, looksFor }) {
    const areas = Object.entries(bytecode);
    if (areas.length === 0 && interpreter === "") return notApplicable("No Python was found in the image.");
    if (areas.length === 0) return unproven("No Python source was found in the image.");
    if (interpreter === "")
      return unproven(
        "No standard library of CPython was found in the image: what its Python makes is not known here.",
      );
    const problems = areas.flatMap(([area, count]) => {
      if (count.otherCode !== undefined && count.otherCode > 0)
        return [
          `${area}: the bytecode of ${count.otherCode} of ${count.sources} was compiled from another source, and Python runs it unchecked, such as ${count.examples[0] ?? ""}`,
        ];
      if (count.stale > 0)
        return [`${area}: ${count.stale} of ${count.sources} stale, such as ${count.examples[0] ?? ""}`];
      const lacking = count.missing / count.sources > TOLERATED_MISSING;
      return lacking ? [`${area}: ${count.missing} of ${count.sources} without bytecode`] : [];
    });
    if (problems.length > 0) return fail(`${problems.join("; ")}.${inWords(looksFor)}`);
    const uncompared = areas.reduce((sum, [, count]) => sum + (count.uncompared ?? 0), 0);
    if (uncompared > 0)
      return unproven(`${uncompared} sources were too many to be compared with the hash in their bytecode.`);
    const counts = areas.map(([area, { valid, sources }]) => `${area} ${valid} of ${sources}`).join(", ");
    return pass(`Valid: ${counts}.${bytecode.application === undefined ? NO_APPLICATION : ""}`);
  },
};

function inWords({ prefix, optimization }: LooksFor = {}): string {
  const place =
    prefix === undefined ? "" : ` PYTHONPYCACHEPREFIX is ${prefix}: Python looks there, and not beside a source.`;
  const level = optimization === 1 ? "-O" : "-OO";
  return optimization === undefined
    ? place
    : `${place} Python runs with ${level}, and takes bytecode of that level only.`;
}
