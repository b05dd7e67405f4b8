import { formatMilliseconds } from "../kit/units.ts";
import { drain, type Drain } from "../probes/drain.ts";
import type { Check } from "./check.ts";
import { exitProblem } from "./support/exit.ts";
import { fail, pass } from "./support/verdicts.ts";

const good: Drain = {
  rung: "half-sent body",
  request: "POST /login, half of its body sent",
  expected: 422,
  answer: { status: 422, complete: true, bytes: 120, ended: "closed" },
  signal: "SIGTERM",
  exitMs: 1400,
  exit: { code: 0, oomKilled: false, finishedAt: 0 },
  graceSeconds: 30,
  busy: false,
  log: [],
};

export const stopAnswersInFlight: Check<Drain> = {
  id: "stop-answers-in-flight",
  title: "A request in flight is answered after SIGTERM",
  why: "Every deployment stops the old containers. A server can exit with 0 and still have dropped its requests, so the exit code alone proves nothing.",
  source: "The twelve-factor app, IX: disposability",
  whenItFails: {
    symptom: "Clients see cut connections at each roll-out.",
    cause: "The server dies at the signal, or is killed because it ignores it.",
    remedy:
      "Let the server be the first process with a time to drain that is shorter than the grace period, and set STOPSIGNAL to what it listens to.",
  },
  needs: drain,
  examples: [
    { name: "answered, exit 0", data: good, status: "pass" },
    {
      name: "answered, exit 143",
      data: { ...good, exit: { code: 143, oomKilled: false, finishedAt: 0 } },
      status: "pass",
    },
    {
      name: "dropped, exit 0",
      data: { ...good, answer: { status: 0, complete: false, bytes: 0, ended: "reset" } },
      status: "fail",
    },
    { name: "answered with 500", data: { ...good, answer: { ...good.answer, status: 500 } }, status: "fail" },
    { name: "answered, exit too late", data: { ...good, exitMs: 31_000 }, status: "fail" },
    { name: "answered, late on a busy machine", data: { ...good, exitMs: 31_000, busy: true }, status: "unproven" },
    { name: "answered, never exits", data: { ...good, exit: undefined, exitMs: undefined }, status: "fail" },
  ],
  judge({ rung, request, expected, answer, signal, exitMs, exit, graceSeconds, busy }) {
    const what = `${request} (${rung})`;
    if (!answer.complete)
      return fail(`After ${signal} the request in flight was dropped: ${what}; connection ${answer.ended}.`);
    if (answer.status !== expected)
      return fail(
        `After ${signal} the request in flight was answered with ${answer.status} instead of ${expected}: ${what}.`,
      );
    const ending = { exit, milliseconds: exitMs, graceSeconds, busy };
    const problem = exitProblem(ending, "The request in flight was answered, but");
    if (problem !== undefined) return problem;
    return pass(
      `After ${signal} the request in flight was answered whole with ${answer.status}; exit ${exit?.code} after ${formatMilliseconds(exitMs ?? 0)}: ${what}.`,
    );
  },
};
