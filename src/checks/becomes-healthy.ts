import { formatMilliseconds } from "../kit/units.ts";
import { startUp, type StartUp } from "../probes/start-up.ts";
import type { Check } from "./check.ts";
import { answeredInWords } from "./support/health-answer.ts";
import { exampleStart } from "./support/start-example.ts";
import { fail, pass, unproven } from "./support/verdicts.ts";

export const becomesHealthy: Check<StartUp> = {
  id: "becomes-healthy",
  severity: "error",
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
    {
      name: "it listens on a unix socket, where nobody could ask it",
      data: { ...exampleStart, healthy: false, time: undefined, problem: "no TCP port", unreached: true },
      status: "unproven",
    },
    {
      name: "over TLS, and after a redirect",
      data: { ...exampleStart, answer: { status: 200, path: "/health/", over: "TLS, its certificate not checked" } },
      status: "pass",
    },
  ],
  judge({ healthy, problem, unreached, time, droppedFirstMs, ...seen }, { contract }) {
    if (!healthy) return unreached === true ? unproven(problem) : fail(problem);
    const answered = answeredInWords(seen, contract);
    if (time === undefined) return pass(`${answered} ${formatMilliseconds(droppedFirstMs ?? 0)} after the start.`);
    const starts = time.samples.length + (droppedFirstMs === undefined ? 0 : 1);
    return pass(`${answered} at each of ${starts} starts.`);
  },
};
