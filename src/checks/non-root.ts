import { counted } from "../kit/text.ts";
import { ordinaryRun, type OrdinaryRun } from "../probes/ordinary-run.ts";
import type { Check } from "./check.ts";
import { exampleContract, exampleRun } from "./support/examples.ts";
import { fail, pass, some, unproven } from "./support/verdicts.ts";

export const nonRoot: Check<OrdinaryRun> = {
  id: "non-root",
  severity: "error",
  title: "No process runs as root",
  why: "A hole in the service is a hole in the host's kernel when the process is root. The configuration only says who starts; the effective uid of each process says who runs.",
  source: "CIS Docker Benchmark 4.1",
  whenItFails: {
    symptom: "A process runs as uid 0.",
    cause: "There is no USER, or an entrypoint changes back to root.",
    remedy: "Set USER to the number in the contract, and leave nothing to do for root at start.",
  },
  needs: ordinaryRun,
  examples: [
    { name: "uid 1001", data: exampleRun, status: "pass" },
    {
      name: "one worker is root",
      data: { ...exampleRun, processes: [...exampleRun.processes, { pid: 7, uid: 0, argv: "python worker.py" }] },
      status: "fail",
    },
    {
      name: "a task",
      data: { ...exampleRun, processes: [] },
      status: "unproven",
      context: { contract: { ...exampleContract, kind: "task" } },
    },
    { name: "no process was seen", data: { ...exampleRun, processes: [] }, status: "unproven" },
  ],
  judge({ processes }, { contract }) {
    if (contract.kind === "task") return unproven("As a task it ended before anybody could look at its processes.");
    if (processes.length === 0) return unproven("The engine listed no process of the running container.");
    const roots = processes.filter(({ uid }) => uid === 0);
    if (roots.length > 0) return fail(`Root runs: ${some(roots.map(({ argv }) => argv.slice(0, 80)))}.`);
    const uids = [...new Set(processes.map(({ uid }) => uid))];
    return pass(`Effective uid of ${counted(processes.length, "process", "processes")}: ${uids.join(", ")}.`);
  },
};
