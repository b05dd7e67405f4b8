import { formatMilliseconds } from "../kit/units.ts";
import { ordinaryRun, type OrdinaryRun } from "../probes/ordinary-run.ts";
import type { Check } from "./check.ts";
import { exampleContract, exampleRun } from "./support/examples.ts";
import { exitProblem } from "./support/exit.ts";
import { pass } from "./support/verdicts.ts";

const context = { contract: exampleContract };
const stopped = (code: number): OrdinaryRun => ({
  ...exampleRun,
  stop: { ...exampleRun.stop, exit: { code, oomKilled: false, finishedAt: 0 } },
});

export const stopsWhenIdle: Check<OrdinaryRun> = {
  id: "stops-when-idle",
  severity: "error",
  title: "SIGTERM ends the idle service cleanly within the grace period",
  why: "A first process that ignores SIGTERM is killed after the grace period, at every deployment: nothing is flushed, and every roll-out takes that much longer.",
  source: "Docker documentation: docker container stop",
  whenItFails: {
    symptom: "Stopping takes the whole grace period, and the exit code is 137.",
    cause: "The first process ignores the signal: Flask's own server does, and so does a shell that does not `exec`.",
    remedy: "Set STOPSIGNAL to what the server ends on, or start it in exec form.",
  },
  needs: ordinaryRun,
  of: ["server", "worker"],
  examples: [
    { name: "exit 0", data: exampleRun, status: "pass", context },
    { name: "exit 1", data: stopped(1), status: "fail", context },
    { name: "killed", data: stopped(137), status: "fail", context },
    {
      name: "still there",
      data: { ...exampleRun, stop: { ...exampleRun.stop, exit: undefined } },
      status: "fail",
      context,
    },
  ],
  judge({ stop }, { contract }) {
    const problem = exitProblem({ ...stop, graceSeconds: contract.signals.graceSeconds }, `After ${stop.signal}`);
    if (problem !== undefined) return problem;
    const measured = {
      name: "Stop, idle",
      value: stop.milliseconds,
      unit: "ms",
      how: "one stop, from the signal to the exit, while other probes ran",
      samples: [stop.milliseconds],
    } as const;
    return pass(`Exit ${stop.exit?.code} ${formatMilliseconds(stop.milliseconds)} after ${stop.signal}.`, measured);
  },
};
