import { ordinaryRun, type OrdinaryRun } from "../probes/ordinary-run.ts";
import type { Check } from "./check.ts";
import { exampleRun } from "./support/examples.ts";
import { fail, pass, some, unproven } from "./support/verdicts.ts";

const silent = { stdout: 0, stderr: 0 };

export const logsOnStreams: Check<OrdinaryRun> = {
  id: "logs-on-streams",
  severity: "error",
  title: "Logs go to stdout and stderr only",
  why: "A log file inside a container is lost with it, fills its disk, and cannot be written on a read-only root.",
  source: "The twelve-factor app, XI: logs",
  whenItFails: {
    symptom: "`docker logs` is empty, or the disk fills up.",
    cause: "The service logs to a file.",
    remedy: "Log to stdout or stderr.",
  },
  needs: ordinaryRun,
  examples: [
    { name: "streams", data: exampleRun, status: "pass" },
    { name: "a log file grows", data: { ...exampleRun, logFiles: ["/app/logs/app.log"] }, status: "fail" },
    { name: "nothing anywhere", data: { ...exampleRun, linesAtEnd: silent }, status: "unproven" },
  ],
  judge({ logFiles, linesAtEnd }) {
    if (logFiles.length > 0) return fail(`Written to files in the container: ${some(logFiles)}.`);
    const { stdout, stderr } = linesAtEnd;
    if (stdout + stderr === 0)
      return unproven("The service wrote no line at all, neither to its streams nor to a file.");
    return pass(`${stdout} lines on stdout, ${stderr} on stderr, and no log file came or grew.`);
  },
};
