import { layers, type Layers } from "../probes/layers.ts";
import type { Check } from "./check.ts";
import { exampleLayers } from "./support/examples.ts";
import { fail, notApplicable, pass, some } from "./support/verdicts.ts";

const git = { program: "git", by: "src/repository.py:66", path: "/usr/bin/git" };

export const calledProgramsPresent: Check<Layers> = {
  id: "called-programs-present",
  severity: "error",
  title: "Programs that the service calls are in the image",
  why: "Start-up and health are green without them; the first request that needs one fails. RAGstar's rework removed git as not needed, and every build of a repository failed until it came back.",
  source: "RAGstar 33f4ec7",
  whenItFails: {
    symptom:
      "Everything is healthy, and the first request that needs a program fails with `No such file or directory`.",
    cause: "The rework left out a program that a library calls, such as git.",
    remedy: "Install its package in the runtime stage for as long as something calls it.",
  },
  needs: layers,
  examples: [
    { name: "git is there", data: { ...exampleLayers, called: [git] }, status: "pass" },
    {
      name: "git was left out",
      data: { ...exampleLayers, called: [{ ...git, path: undefined }] },
      status: "fail",
    },
    {
      name: "one of two was left out",
      data: {
        ...exampleLayers,
        called: [git, { program: "pdftoppm", by: "pdf2image, pyproject.toml:9", path: undefined }],
      },
      status: "fail",
    },
    { name: "it calls none", data: exampleLayers, status: "not-applicable" },
  ],
  judge({ called }) {
    if (called.length === 0) return notApplicable("Neither the code nor a library of it was seen to call a program.");
    const missing = called.filter(({ path }) => path === undefined);
    if (missing.length > 0)
      return fail(`Not in the image: ${some(missing.map(({ program, by }) => `${program} (called by ${by})`))}.`);
    return pass(`In the image: ${some(called.map(({ path }) => path ?? ""))}.`);
  },
};
