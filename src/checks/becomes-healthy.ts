import { startUp, type StartUp } from "../probes/start-up.ts";
import type { Check } from "./check.ts";
import { exampleStart } from "./support/start-example.ts";
import { fail, pass } from "./support/verdicts.ts";

export const becomesHealthy: Check<StartUp> = {
  id: "becomes-healthy",
  title: "The service starts and its health path answers",
  why: "Everything else is about a service that runs.",
  source: "The contract's health path",
  needs: startUp,
  examples: [
    { name: "healthy", data: exampleStart, status: "pass" },
    {
      name: "it exits",
      data: { ...exampleStart, healthy: false, time: undefined, problem: "the container exited with code 1" },
      status: "fail",
    },
  ],
  judge({ healthy, path, problem, time }) {
    if (!healthy) return fail(problem);
    return pass(`${path} answered well at each of ${(time?.samples.length ?? 0) + 1} starts.`);
  },
};
