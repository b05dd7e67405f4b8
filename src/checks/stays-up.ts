import { formatMilliseconds } from "../kit/units.ts";
import { staysUp as probe } from "../probes/stays-up.ts";
import { lastLine } from "../probes/support/logs.ts";
import type { StaysUp } from "../probes/support/stay.ts";
import type { Check } from "./check.ts";
import { exampleContract } from "./support/examples.ts";
import { fail, pass, unproven } from "./support/verdicts.ts";

const up: StaysUp = { milliseconds: 10_100, exit: undefined, answered: true, last: "", log: [] };

export const staysUp: Check<StaysUp> = {
  id: "stays-up",
  severity: "error",
  title: "Once ready, the service stays up",
  why: "A service that answers its first health probe and ends a few seconds later passes every look at its start, and is started again and again in production.",
  source: "Docker documentation: restart policies, 10 seconds; Kubernetes documentation: CrashLoopBackOff",
  whenItFails: {
    symptom: "The container becomes healthy, ends, and is started again; or it answers no more after some seconds.",
    cause: "A background thread, a connection that is opened late or a license check ends the process or blocks it.",
    remedy: "Read its last lines; check in the start, before the service answers, what it cannot do without.",
  },
  needs: probe,
  of: ["server", "worker"],
  examples: [
    { name: "it does", data: up, status: "pass" },
    {
      name: "it ends by itself",
      data: { ...up, milliseconds: 2100, exit: { code: 1, oomKilled: false, finishedAt: 0 }, answered: false },
      status: "fail",
    },
    {
      name: "the kernel ends it",
      data: { ...up, milliseconds: 2100, exit: { code: 137, oomKilled: true, finishedAt: 0 }, answered: false },
      status: "fail",
    },
    {
      name: "a worker works on",
      data: up,
      status: "pass",
      context: { contract: { ...exampleContract, kind: "worker" } },
    },
    {
      name: "a worker ends by itself",
      data: { ...up, milliseconds: 2100, exit: { code: 1, oomKilled: false, finishedAt: 0 }, answered: false },
      status: "fail",
      context: { contract: { ...exampleContract, kind: "worker" } },
    },
    { name: "it answers no more", data: { ...up, answered: false, last: "HTTP 503" }, status: "fail" },
  ],
  judge({ milliseconds, exit, answered, last, log }, { contract }) {
    const isWorker = contract.kind === "worker";
    const later = `${formatMilliseconds(milliseconds)} after ${isWorker ? "it was at work" : "its first good answer"}`;
    const line = `Its last line: ${lastLine(log)}`;
    if (exit?.oomKilled === true) return fail(`It was killed for want of memory ${later}. ${line}`);
    if (exit !== undefined) return fail(`It ended by itself with code ${exit.code} ${later}. ${line}`);
    if (isWorker) return answered ? pass(`It still worked ${later}.`) : unproven(`From ${later} on: ${last} ${line}`);
    if (!answered) return fail(`From ${later} on it gave no good answer any more (${last}). ${line}`);
    return pass(`It still ran and answered well ${later}, left alone after its first requests.`);
  },
};
