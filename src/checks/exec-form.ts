import type { Contract, Verdict } from "../model/types.ts";
import { ordinaryRun, type OrdinaryRun } from "../probes/ordinary-run.ts";
import type { Check } from "./check.ts";
import { exampleContract, exampleRun } from "./support/examples.ts";
import { fail, pass, unproven } from "./support/verdicts.ts";

const alone = (argv: string): OrdinaryRun => ({ ...exampleRun, processes: [{ pid: 1, uid: 1001, argv }] });

const under = (init: string, argv: string): OrdinaryRun => ({
  ...exampleRun,
  processes: [
    { pid: 30, uid: 1001, argv: "python -c health" },
    { pid: 7, uid: 1001, argv },
    { pid: 1, uid: 1001, argv: init },
  ],
});

const endedWith = (code: number): OrdinaryRun["stop"] => ({
  ...exampleRun.stop,
  exit: { code, oomKilled: false, finishedAt: 0 },
});
const killed: OrdinaryRun["stop"] = { ...exampleRun.stop, milliseconds: 10_000, exit: undefined };

const INIT = /^(tini(-static)?|dumb-init|docker-init|catatonit|s6-svscan|podman-init)$/;

export const execForm: Check<OrdinaryRun> = {
  id: "exec-form",
  severity: "error",
  title: "The first process, or what an init starts, is no shell that keeps the signal and no installer",
  why: "Signals go to the first process, and an init hands them to the one that it has started. A shell that has no trap for them passes none on, and `uv run` syncs the environment before each start.",
  source: "Dockerfile reference: CMD, exec form",
  whenItFails: {
    symptom: "Stopping takes the whole grace period, and the exit code is 137.",
    cause: "A shell or `uv run` is the first process and keeps the signal to itself.",
    remedy:
      "Start the service in exec form; where a shell must fill in a variable, let it `exec`, and quote `module:factory()`. A script that has to stay needs a `trap` that hands the signal on, and waits.",
  },
  needs: ordinaryRun,
  of: ["server", "worker"],
  examples: [
    { name: "uvicorn", data: exampleRun, status: "pass" },
    { name: "a shell", data: { ...alone("/bin/sh -c uvicorn app.main:app"), stop: killed }, status: "fail" },
    {
      name: "a shell that an init hands the signal to, and that dies of it",
      data: { ...under("tini -- sh start.sh", "sh start.sh"), stop: endedWith(143) },
      status: "fail",
    },
    {
      name: "a script with a trap that hands the signal on",
      data: { ...alone("sh /app/start.sh"), stop: endedWith(0) },
      status: "pass",
      says: "stop-answers-in-flight",
    },
    {
      name: "the same where what it waited for had ended by the signal",
      data: { ...alone("sh /app/start.sh"), stop: endedWith(143) },
      status: "pass",
      says: "ended with 143",
    },
    {
      name: "a shell that is the worker itself",
      data: alone("/bin/sh /usr/local/bin/loop"),
      status: "unproven",
      context: { contract: { ...exampleContract, kind: "worker" } },
    },
    {
      name: "a shell that keeps the signal from the worker",
      data: { ...alone("/bin/sh -c worker; echo ended"), stop: { ...exampleRun.stop, exit: undefined } },
      status: "fail",
      context: { contract: { ...exampleContract, kind: "worker" } },
    },
    { name: "uv run", data: alone("uv run uvicorn app.main:app"), status: "fail" },
    {
      name: "an installer that Python runs",
      data: alone("/usr/local/bin/python3.13 -I /usr/local/bin/pdm run serve"),
      status: "fail",
    },
    { name: "an installer as a module", data: alone("python -u -m pdm run serve"), status: "fail" },
    { name: "a module of that name", data: alone("python -m app.pdm"), status: "pass" },
    { name: "an init", data: under("/usr/bin/tini -- uvicorn app.main:app", "uvicorn app.main:app"), status: "pass" },
    { name: "uv run below an init", data: under("tini -- uv run app", "uv run app"), status: "fail" },
    {
      name: "a shell below an init",
      data: { ...under('dumb-init sh -c "app; echo ended"', "sh -c app; echo ended"), stop: endedWith(143) },
      status: "fail",
    },
    {
      name: "an init whose child was not seen",
      data: alone("/sbin/docker-init -- uvicorn app.main:app"),
      status: "unproven",
    },
    { name: "not seen", data: { ...exampleRun, processes: [] }, status: "unproven" },
  ],
  judge({ processes, stop }, { contract }) {
    const [first, next] = processes.toSorted((a, b) => a.pid - b.pid);
    if (first === undefined) return unproven("The engine listed no process of the running container.");
    const init = INIT.test(programOf(first.argv));
    // An init starts one process, before the engine's health command and before the service's own workers.
    const pid1 = init ? next : first;
    if (pid1 === undefined) return unproven(`${shown(first.argv)} is an init, and nothing that it started was seen.`);
    const what = init ? `What the init ${shown(first.argv)} has started` : "The first process";
    const program = startedBy(pid1.argv);
    const isShell = /^(ba|da|a|z|k)?sh$|^busybox$/.test(program);
    if (isShell) return ofShell({ what, argv: pid1.argv, init }, stop, contract);
    if (/^(uvx?|poetry|pdm|pipenv|hatch|npm)$/.test(program))
      return fail(`${what} is an installer: ${shown(pid1.argv)}.`);
    return pass(`${what} is ${shown(pid1.argv)}.`);
  },
};

/** One that handles nothing never hears of the signal as process 1, and ends with 128 and the signal below an init. */
function ofShell(
  { what, argv, init }: { readonly what: string; readonly argv: string; readonly init: boolean },
  { signal, exit }: OrdinaryRun["stop"],
  { kind }: Pick<Contract, "kind">,
): Verdict {
  const handles = exit?.code === 0 || (!init && exit?.code === 143 && signal === "SIGTERM");
  if (!handles) return fail(`${what} is a shell: ${shown(argv)}.`);
  const ended = `ended with ${exit?.code}`;
  // A loop of shell is a worker as well, and ends on its signal where it handles it.
  if (kind === "worker")
    return unproven(
      `${what} is a shell, ${shown(argv)}, which ${ended} after ${signal}: whether what it had started ended as well is not seen.`,
    );
  return pass(
    `${what} is a shell, ${shown(argv)}, which handles ${signal} and ${ended}; whether it hands it on, a request in flight shows (stop-answers-in-flight).`,
  );
}

const programOf = (argv: string): string => (argv.split(" ")[0] ?? "").replace(/^.*\//, "").replace(/^-/, "");

/** The same, or what Python runs: of a program that is a script, the kernel shows its interpreter first. */
function startedBy(argv: string): string {
  const program = programOf(argv);
  if (!/^python[\d.]*$/.test(program)) return program;
  const script = /^\S+(?: -[A-Zbsu]+)* (?:-m )?(\S+)/.exec(argv)?.[1] ?? "";
  return programOf(script);
}
const shown = (argv: string): string => `\`${argv.slice(0, 120)}\``;
