import { ordinaryRun, type OrdinaryRun } from "../probes/ordinary-run.ts";
import type { Check } from "./check.ts";
import { exampleRun } from "./support/examples.ts";
import { fail, pass, unproven } from "./support/verdicts.ts";

const first = (argv: string): OrdinaryRun => ({ ...exampleRun, processes: [{ pid: 1, uid: 1001, argv }] });

export const execForm: Check<OrdinaryRun> = {
  id: "exec-form",
  title: "The first process is the service, not a shell and not an installer",
  why: "Signals go to the first process. A shell passes none on, and `uv run` syncs the environment before each start.",
  source: "Dockerfile reference: CMD, exec form",
  whenItFails: {
    symptom: "Stopping takes the whole grace period, and the exit code is 137.",
    cause: "A shell or `uv run` is the first process and keeps the signal to itself.",
    remedy:
      "Start the service in exec form; where a shell must fill in a variable, let it `exec`, and quote `module:factory()`.",
  },
  needs: ordinaryRun,
  examples: [
    { name: "uvicorn", data: exampleRun, status: "pass" },
    { name: "a shell", data: first("/bin/sh -c uvicorn app.main:app"), status: "fail" },
    { name: "uv run", data: first("uv run uvicorn app.main:app"), status: "fail" },
    { name: "an init", data: first("/usr/bin/tini -- uvicorn app.main:app"), status: "pass" },
    { name: "not seen", data: { ...exampleRun, processes: [] }, status: "unproven" },
  ],
  judge({ processes }) {
    const pid1 = processes.toSorted((a, b) => a.pid - b.pid)[0];
    if (pid1 === undefined) return unproven("The engine listed no process of the running container.");
    const program = (pid1.argv.split(" ")[0] ?? "").replace(/^.*\//, "").replace(/^-/, "");
    const shown = `\`${pid1.argv.slice(0, 120)}\``;
    if (/^(ba|da|a|z|k)?sh$|^busybox$/.test(program)) return fail(`The first process is a shell: ${shown}.`);
    if (/^(uvx?|poetry|pdm|pipenv|hatch|npm)$/.test(program))
      return fail(`The first process is an installer: ${shown}.`);
    return pass(`The first process is ${shown}.`);
  },
};
