import { type Roles, roles } from "../probes/roles.ts";
import type { RoleSeen } from "../probes/support/role.ts";
import type { Check } from "./check.ts";
import { exampleRoles, exampleWorker, nothingBeside } from "./support/roles-example.ts";
import { fail, notApplicable, pass, some } from "./support/verdicts.ts";

const withUv: RoleSeen = {
  ...exampleWorker,
  command: "uv run celery -A app worker",
  program: { name: "uv", path: undefined },
  life: undefined,
};

export const roleProgramsPresent: Check<Roles> = {
  id: "role-programs-present",
  severity: "error",
  title: "The program that starts each role is in the image",
  why: 'The web server starts without uv, and the worker or the migration that a Compose file starts with `uv run` no longer does: `exec: "uv": not found`.',
  source: "pvn-finance, smart-invoice, vibetuner #614",
  whenItFails: {
    symptom: "The web service is healthy; a worker, a scheduler or a migration of the same image does not start.",
    cause: "Its command, in another file than the Dockerfile, calls a program that the image no longer has.",
    remedy: "Change that command to the program itself, for example `alembic upgrade head`.",
  },
  needs: roles,
  examples: [
    { name: "all there", data: exampleRoles, status: "pass" },
    { name: "uv was removed", data: { ...exampleRoles, roles: [withUv] }, status: "fail" },
    {
      name: "uv is missing in an image that does not start it",
      data: { ...exampleRoles, roles: [{ ...withUv, certain: false, notRun: "nobody asked for it" }] },
      status: "not-applicable",
    },
    { name: "no roles", data: nothingBeside, status: "not-applicable" },
  ],
  judge({ roles: all }) {
    // Of a role that another image of the service starts, only its run can tell.
    const asked = all.filter(
      ({ certain, notRun, program }) => program !== undefined && (certain || notRun === undefined),
    );
    const missing = asked.filter(({ program }) => program?.path === undefined);
    if (missing.length > 0)
      return fail(
        `Not in the image: ${some(missing.map(({ name, where, program, command }) => `${program?.name}, by which ${where} starts ${name} (\`${command}\`)`))}.`,
      );
    if (asked.length === 0) return notApplicable("No file starts this image in another role than its web server's.");
    return pass(`In the image: ${some(asked.map(({ name, program }) => `${program?.path} for ${name}`))}.`);
  },
};
