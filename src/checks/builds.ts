import { causeIn, shortStep } from "../engine/step-cause.ts";
import { buildRecord, type BuildRecord } from "../probes/build-record.ts";
import type { Check } from "./check.ts";
import { exampleRecord } from "./support/examples.ts";
import { fail, pass } from "./support/verdicts.ts";

export const builds: Check<BuildRecord> = {
  id: "builds",
  severity: "error",
  title: "The image builds from the tracked files",
  why: "An image that only builds on one laptop, because of a file that git ignores, cannot be rebuilt when it must be.",
  source: "The twelve-factor app, V: build, release, run",
  whenItFails: {
    symptom: "The build fails, often with `uv.lock not found` or at a COPY.",
    cause:
      "The file is ignored by git or by .dockerignore, is made by CI only, or the lock does not fit pyproject.toml.",
    remedy: "Track the file (`git ls-files` must show it), let it into the context, or lock again with `uv lock`.",
  },
  needs: buildRecord,
  examples: [
    { name: "built", data: exampleRecord, status: "pass" },
    {
      name: "a step fails",
      data: { ...exampleRecord, built: false, failure: { step: "RUN uv sync", log: ["error: no lock"] } },
      status: "fail",
    },
  ],
  judge({ built, failure, builds: all }) {
    if (built) return pass(`Built from the tracked files alone (${all.length} times).`);
    const step = shortStep(failure?.step ?? "The build failed at an unknown step").replace(/[.:\s]+$/, "");
    const said = causeIn(failure?.log ?? []);
    const what = /^The(?:re)? /.test(step) ? step : `The build failed at ${step}`;
    return fail(`${what}${said === "" ? "." : `: ${said}`}`);
  },
};
