import { layers, type Layers } from "../probes/layers.ts";
import type { Check } from "./check.ts";
import { exampleContract, exampleLayers } from "./support/examples.ts";
import { fail, notApplicable, pass, some, unproven } from "./support/verdicts.ts";

/** Images of Python bring these for themselves. */
const OF_THE_BASES: ReadonlySet<string> = new Set(["pip", "setuptools", "wheel"]);

const context = { contract: exampleContract };

export const devDependenciesAbsent: Check<Layers> = {
  id: "dev-dependencies-absent",
  severity: "error",
  title: "Development dependencies are not installed",
  why: "Test runners and linters make the image larger and bring code that nobody needs in production.",
  source: "The contract's absent distributions, from the service's dependency groups",
  whenItFails: {
    symptom: "Test tools can be imported in production.",
    cause: "The default groups or an extra with development tools were installed.",
    remedy: "Install with `--no-default-groups` and without that extra.",
  },
  needs: layers,
  examples: [
    { name: "absent", data: exampleLayers, status: "pass", context },
    {
      name: "pytest is there",
      data: { ...exampleLayers, distributions: ["fastapi", "pytest"] },
      status: "fail",
      context,
    },
    {
      name: "setuptools of the base",
      data: { ...exampleLayers, distributions: ["fastapi", "setuptools"] },
      status: "pass",
      context: { contract: { ...exampleContract, absentDistributions: ["pytest", "setuptools"] } },
    },
    {
      name: "nothing but what bases bring",
      data: { ...exampleLayers, distributions: ["fastapi", "setuptools"] },
      status: "not-applicable",
      context: { contract: { ...exampleContract, absentDistributions: ["setuptools"] } },
    },
    { name: "no distribution seen", data: { ...exampleLayers, distributions: [] }, status: "unproven", context },
    {
      name: "none declared",
      data: exampleLayers,
      status: "not-applicable",
      context: { contract: { ...exampleContract, absentDistributions: [] } },
    },
  ],
  judge({ distributions }, { contract: { absentDistributions } }) {
    if (absentDistributions.length === 0) return notApplicable("The service declares no development dependency.");
    const telling = absentDistributions.filter((name) => !OF_THE_BASES.has(name));
    if (telling.length === 0)
      return notApplicable(`Of its development dependencies (${some(absentDistributions)}) base images bring each.`);
    const there = telling.filter((name) => distributions.includes(name));
    if (there.length > 0) return fail(`Installed: ${some(there, 5)}.`);
    if (distributions.length === 0) return unproven("No installed distribution was found in the image at all.");
    return pass(`None of ${telling.length} is among the ${distributions.length} installed distributions.`);
  },
};
