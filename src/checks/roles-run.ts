import { formatMilliseconds } from "../kit/units.ts";
import type { Verdict } from "../model/types.ts";
import { type Roles, roles } from "../probes/roles.ts";
import type { RoleSeen } from "../probes/support/role.ts";
import type { Check } from "./check.ts";
import { exitProblem } from "./support/exit.ts";
import { exampleLife, exampleRoles, exampleTask, exampleWorker, nothingBeside } from "./support/roles-example.ts";
import { fail, leaving, notApplicable, pass, some, unproven } from "./support/verdicts.ts";

const only = (role: RoleSeen): Roles => ({ ...exampleRoles, roles: [role] });
const task = (life: Partial<typeof exampleLife>): Roles => only({ ...exampleTask, life: { ...exampleLife, ...life } });
const worker = (life: Partial<typeof exampleLife>): Roles =>
  only({ ...exampleWorker, life: { ...exampleLife, ...exampleWorker.life, ...life } });

export const rolesRun: Check<Roles> = {
  id: "roles-run",
  severity: "error",
  title: "Each role of the image keeps the contract of its kind",
  why: "An image is more than its web server: a migration that fails stops a deployment, and a worker that ignores SIGTERM is killed in the middle of its job.",
  source: "Docker documentation: docker container stop; the twelve-factor app, IX and XII",
  whenItFails: {
    symptom: "The web service is healthy; a migration, a worker or a scheduler of the same image fails or is killed.",
    cause: "Its command does not start in this image, fails, or does not pass the signal on.",
    remedy: "Run the role by hand as the message names it, and mend what its last line says.",
  },
  needs: roles,
  examples: [
    { name: "a migration and a worker", data: exampleRoles, status: "pass" },
    { name: "a migration fails", data: task({ problem: "it ended with exit code 1" }), status: "fail" },
    {
      name: "a worker ends by itself",
      data: worker({ problem: "it ended by itself with exit code 3" }),
      status: "fail",
    },
    {
      name: "a worker ignores SIGTERM",
      data: worker({ stop: { signal: "SIGTERM", milliseconds: 10_000, exit: undefined, busy: false } }),
      status: "fail",
    },
    {
      name: "a worker does not know the stop signal that the image sets for its web server",
      data: worker({ stop: { signal: "SIGINT", milliseconds: 10_000, exit: undefined, busy: false } }),
      status: "fail",
    },
    { name: "a worker is root", data: worker({ uids: [0] }), status: "fail" },
    { name: "today's worker is root", data: worker({ uids: [0], asContract: false }), status: "pass" },
    {
      name: "its program is missing",
      data: only({ ...exampleWorker, program: { name: "uv", path: undefined }, life: undefined }),
      status: "fail",
    },
    {
      name: "nothing was started for it",
      data: only({ ...exampleTask, notRun: "it needs db (postgres:17), and nothing started it", life: undefined }),
      status: "not-applicable",
    },
    { name: "no roles", data: nothingBeside, status: "not-applicable" },
  ],
  judge({ roles: all }) {
    const run = all.filter(({ notRun }) => notRun === undefined);
    const left = all.flatMap(({ name, where, notRun }) =>
      notRun === undefined ? [] : [`${name} (${where}): ${notRun}`],
    );
    const stayed = left.length === 0 ? "" : `Unproven: ${some(left)}.`;
    const parts = all.flatMap(({ name, notRun }) => (notRun === undefined ? [] : [`the role ${name} (${notRun})`]));
    if (all.length === 0) return notApplicable("No file starts this image in another role than its web server's.");
    if (run.length === 0) return leaving(notApplicable(stayed), parts);
    const problems = run.flatMap((role) => {
      const problem = problemOf(role);
      if (problem === undefined) return [];
      const { status, message } = problem;
      return [{ status, text: `${role.name} (\`${role.command}\`, ${role.where}): ${message}` }];
    });
    const words = `${some(problems.map(({ text }) => text))}${stayed === "" ? "" : ` ${stayed}`}`;
    if (problems.some(({ status }) => status === "fail")) return leaving(fail(words), parts);
    if (problems.length > 0) return leaving(unproven(words), parts);
    return leaving(pass(`${some(run.map(said), 6)}.${stayed === "" ? "" : ` ${stayed}`}`), parts);
  },
};

function problemOf({ life, program }: RoleSeen): Verdict | undefined {
  if (life === undefined) return fail(`its program ${program?.name ?? ""} is not in the image.`);
  if (life.problem !== "")
    return fail(`${life.problem.replace(/\.$/, "")}.${life.asContract ? underContract(life.problem) : ""}`);
  if (life.asContract && life.uids.includes(0)) return fail("a process of it is root's.");
  const { stop, graceSeconds } = life;
  const ending = stop && exitProblem({ ...stop, graceSeconds }, `After ${stop.signal}`);
  if (ending === undefined || stop?.signal === "SIGTERM") return ending;
  return { ...ending, message: `${ending.message} ${OTHER_SIGNAL}` };
}

const OTHER_SIGNAL =
  "Engines send the image's STOPSIGNAL to every role: handle it there too, or give this one `stop_signal` in the Compose file.";

/** Today's image had every right, so a role may fail for the lack of one alone. */
function underContract(problem: string): string {
  const isFolder = /read-only file system|permission denied|no such file or directory/i.test(problem);
  return ` It ran with a read-only root and the rights that the image promises to need.${isFolder ? " When it writes there, name the folder in `decisions: { writable: […] }`." : ""}`;
}

function said({ name, kind, life }: RoleSeen): string {
  const took = formatMilliseconds(life?.milliseconds ?? 0);
  const { stop } = life ?? {};
  if (kind === "task" || stop === undefined) return `${name} ended with 0 after ${took}`;
  return `${name} worked, and ended with ${stop.exit?.code} ${formatMilliseconds(stop.milliseconds)} after ${stop.signal}`;
}
