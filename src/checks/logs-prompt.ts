import { counted } from "../kit/text.ts";
import { ordinaryRun, type OrdinaryRun } from "../probes/ordinary-run.ts";
import type { Check } from "./check.ts";
import { exampleRun } from "./support/examples.ts";
import { fail, pass, unproven } from "./support/verdicts.ts";

const silent = { stdout: 0, stderr: 0 };
const held: OrdinaryRun = {
  ...exampleRun,
  linesWhenHealthy: silent,
  linesBeforeStop: silent,
  linesAtEnd: { stdout: 9, stderr: 0 },
};

export const logsPrompt: Check<OrdinaryRun> = {
  id: "logs-prompt",
  severity: "error",
  title: "Log lines come out when they are written",
  why: "Python keeps what it prints to a pipe until 8 kB are full. The last lines before a crash, those one needs, are then lost.",
  source: "Python documentation: -u and PYTHONUNBUFFERED",
  whenItFails: {
    symptom: "The last lines before a crash are missing.",
    cause: "Python buffers what it writes to a pipe.",
    remedy: "Set PYTHONUNBUFFERED=1.",
  },
  needs: ordinaryRun,
  of: ["server", "worker"],
  examples: [
    { name: "at once", data: exampleRun, status: "pass" },
    {
      name: "everything comes at the end",
      data: { ...held, unbuffered: false },
      status: "fail",
    },
    {
      name: "its only word is its last, and it cannot hold any back",
      data: { ...held, linesAtEnd: { stdout: 1, stderr: 1 } },
      status: "unproven",
    },
    {
      name: "its only word is its last, on stderr",
      data: { ...held, unbuffered: false, linesAtEnd: { stdout: 0, stderr: 1 } },
      status: "unproven",
    },
    {
      name: "stdout comes at the end",
      data: {
        ...exampleRun,
        unbuffered: false,
        linesBeforeStop: { stdout: 0, stderr: 4 },
        linesAtEnd: { stdout: 9, stderr: 6 },
      },
      status: "fail",
    },
    {
      name: "nothing at all",
      data: { ...exampleRun, linesWhenHealthy: silent, linesBeforeStop: silent, linesAtEnd: silent },
      status: "unproven",
    },
  ],
  judge({ linesWhenHealthy, linesBeforeStop, linesAtEnd, unbuffered }) {
    const total = (lines: typeof linesAtEnd) => lines.stdout + lines.stderr;
    if (total(linesAtEnd) === 0) return unproven("The service wrote no line, so nobody can say when it would come.");
    // Python holds nothing back of stderr, nor of stdout where it was told so: some say nothing before they are stopped.
    if (total(linesBeforeStop) === 0 && (unbuffered || linesAtEnd.stdout === 0))
      return unproven(
        `It wrote nothing while it ran and answered, and ${counted(total(linesAtEnd), "line")} when it was stopped: whether another line comes at once was not seen.`,
      );
    if (total(linesBeforeStop) === 0)
      return fail(`No line came while the service ran and answered; ${total(linesAtEnd)} came when it was stopped.`);
    // A service may say its only word on stdout when it stops; one that cannot be buffering is believed.
    if (linesBeforeStop.stdout === 0 && linesAtEnd.stdout > 0 && !unbuffered)
      return fail(
        `stdout was silent until the stop, then ${linesAtEnd.stdout} lines came at once: Python buffers them (PYTHONUNBUFFERED is not set).`,
      );
    if (total(linesWhenHealthy) === 0)
      return unproven("The first line came later than 1 s after the first good answer: what it tells of is not known.");
    return pass("The first line was there within 1 s of the first good answer, and none was held back until the stop.");
  },
};
