import { counted } from "../kit/text.ts";
import { layers, type Layers } from "../probes/layers.ts";
import type { Check } from "./check.ts";
import { exampleLayers } from "./support/examples.ts";
import { fail, pass, some } from "./support/verdicts.ts";

export const compilersAbsent: Check<Layers> = {
  id: "compilers-absent",
  severity: "error",
  title: "Compilers and headers are not in the image",
  why: "They are needed to build packages, never to run them; they are hundreds of megabytes, and of use to an intruder.",
  source: "Docker documentation: multi-stage builds",
  whenItFails: {
    symptom: "A compiler or header files are in the shipped image.",
    cause: "Packages for building were installed in the runtime stage.",
    remedy: "Install them in the builder, and copy the virtual environment only.",
  },
  needs: layers,
  examples: [
    { name: "absent", data: exampleLayers, status: "pass" },
    {
      name: "gcc is there",
      data: { ...exampleLayers, compilers: ["/usr/bin/gcc", "/usr/bin/gcc-14"] },
      status: "fail",
    },
    {
      name: "headers are there",
      data: { ...exampleLayers, headers: { count: 900, examples: ["/usr/include/stdio.h"] } },
      status: "fail",
    },
  ],
  judge({ compilers, headers }) {
    const found = [
      ...(compilers.length > 0 ? [some(compilers)] : []),
      ...(headers.count > 0 ? [`${counted(headers.count, "header")} such as ${headers.examples[0] ?? ""}`] : []),
    ];
    return found.length > 0
      ? fail(`In the image: ${found.join("; ")}.`)
      : pass("No compiler, no linker and no header.");
  },
};
