import { layers, type Layers } from "../probes/layers.ts";
import type { Check } from "./check.ts";
import { exampleContract, exampleLayers } from "./support/examples.ts";
import { fail, notApplicable, pass, some } from "./support/verdicts.ts";

const context = { contract: exampleContract };

export const buildToolsAbsent: Check<Layers> = {
  id: "build-tools-absent",
  severity: "error",
  title: "Installers such as uv are not in the image",
  why: "An installer at run time can change the service after it was tested, and `uv run` does so: it syncs again at every start.",
  source: "The contract's absent programs",
  whenItFails: {
    symptom: "uv, pip or another installer is in the shipped image.",
    cause: "It was installed in the runtime stage, or a script outside still calls it.",
    remedy: "Mount it into the steps that build, and start the service by Python itself.",
  },
  needs: layers,
  examples: [
    { name: "absent", data: exampleLayers, status: "pass", context },
    { name: "uv is there", data: { ...exampleLayers, programs: ["/usr/local/bin/uv"] }, status: "fail", context },
    {
      name: "allowed to stay",
      data: exampleLayers,
      status: "not-applicable",
      context: { contract: { ...exampleContract, absentPrograms: [] } },
    },
  ],
  judge({ programs }, { contract: { absentPrograms } }) {
    if (absentPrograms.length === 0) return notApplicable("The contract names no program that must be absent.");
    const there = programs.filter((path) => absentPrograms.includes(path.slice(path.lastIndexOf("/") + 1)));
    if (there.length > 0) return fail(`In the image: ${some(there, 5)}.`);
    return pass(`Not in the image: ${some(absentPrograms, 5)}.`);
  },
};
