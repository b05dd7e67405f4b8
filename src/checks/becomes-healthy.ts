import { formatMilliseconds } from "../kit/units.ts";
import { startUp, type StartUp } from "../probes/start-up.ts";
import type { Check } from "./check.ts";
import type { Contract } from "../model/types.ts";
import { exampleContract } from "./support/examples.ts";
import { answeredInWords } from "./support/health-answer.ts";
import { mayBeWell } from "./support/never-healthy.ts";
import { exampleStart } from "./support/start-example.ts";
import { fail, pass, unproven } from "./support/verdicts.ts";

const once: StartUp = { ...exampleStart, time: undefined, droppedFirstMs: 2600 };
const never: StartUp = { ...exampleStart, healthy: false, time: undefined, problem: "no good answer within 35 s" };
const kind = (one: Contract["kind"]) => ({
  contract: { ...exampleContract, health: undefined, kind: one } as Contract,
});

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
    {
      name: "asked by a name that it knows",
      data: { ...exampleStart, answer: { status: 200, path: "/health", host: "localhost" } },
      status: "pass",
      says: "it answers 400",
    },
    { name: "a worker that works on", data: once, status: "pass", context: kind("worker") },
    { name: "a worker that ends", data: { ...never, exitCode: 1 }, status: "fail", context: kind("worker") },
    { name: "a task that ends well", data: once, status: "pass", context: kind("task") },
    { name: "a task that ends badly", data: { ...never, exitCode: 1 }, status: "fail", context: kind("task") },
    { name: "silent where nobody names a port", data: never, status: "unproven", context: kind("unknown") },
    { name: "silent on the port that somebody names", data: never, status: "fail", context: kind(undefined) },
    { name: "it ends well, and may", data: { ...never, exitCode: 0 }, status: "unproven", context: kind("unknown") },
    { name: "it ends badly", data: { ...never, exitCode: 1 }, status: "fail", context: kind("unknown") },
    { name: "no program to start", data: { ...never, refused: true }, status: "fail", context: kind("unknown") },
  ],
  judge(start, { contract }) {
    const { healthy, problem, time, droppedFirstMs } = start;
    const open = healthy ? undefined : mayBeWell(start, contract);
    if (!healthy) return open === undefined ? fail(problem) : unproven(open);
    const after = `${formatMilliseconds(droppedFirstMs ?? 0)} after the start`;
    if (contract.kind === "worker")
      return pass(`It serves nobody, so it was proven as a worker: ${after} it was at work.`);
    if (contract.kind === "task") return pass(`It ended with exit code 0 ${after}, as a task does.`);
    const answered = answeredInWords(start, contract);
    if (time === undefined) return pass(`${answered} ${after}.`);
    const starts = time.samples.length + (droppedFirstMs === undefined ? 0 : 1);
    return pass(`${answered} at each of ${starts} starts.`);
  },
};
