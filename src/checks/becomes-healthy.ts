import { formatMilliseconds } from "../kit/units.ts";
import { startUp, type StartUp } from "../probes/start-up.ts";
import type { Check } from "./check.ts";
import { exampleStart } from "./support/start-example.ts";
import { fail, pass } from "./support/verdicts.ts";

const NOT_KNOWN = "which is all that can be asked of a service whose health path nobody names";

export const becomesHealthy: Check<StartUp> = {
  id: "becomes-healthy",
  title: "The service starts and its health path answers",
  why: "Everything else is about a service that runs.",
  source: "The contract's health path",
  whenItFails: {
    symptom: "The task or pod never becomes healthy and is started again and again.",
    cause: "A variable is missing, a module was not copied, or a file that the code opens is not in the image.",
    remedy:
      "Read the last lines of its log; then compare the variables with the contract and the copied files with `[copies]` in the Dockerfile.",
  },
  needs: startUp,
  examples: [
    { name: "healthy", data: exampleStart, status: "pass" },
    { name: "healthy at its only start", data: { ...exampleStart, time: undefined }, status: "pass" },
    {
      name: "it exits",
      data: { ...exampleStart, healthy: false, time: undefined, problem: "the container exited with code 1" },
      status: "fail",
    },
  ],
  judge({ healthy, path, problem, time, droppedFirstMs }, { contract }) {
    if (!healthy) return fail(problem);
    const answered =
      contract.health === undefined ? `${path} was answered below 500, ${NOT_KNOWN},` : `${path} answered well`;
    if (time === undefined) return pass(`${answered} ${formatMilliseconds(droppedFirstMs ?? 0)} after the start.`);
    return pass(`${answered} at each of ${time.samples.length + 1} starts.`);
  },
};
