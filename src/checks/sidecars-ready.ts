import { formatMilliseconds } from "../kit/units.ts";
import { type Roles, roles } from "../probes/roles.ts";
import type { Check } from "./check.ts";
import { exampleRoles, exampleSidecar, nothingBeside } from "./support/roles-example.ts";
import { fail, leaving, notApplicable, pass, some, unproven } from "./support/verdicts.ts";

export const sidecarsReady: Check<Roles> = {
  id: "sidecars-ready",
  severity: "error",
  title: "What the service talks to is there while it is proven",
  why: "A route that asks a database is proven only beside one. Where one is named and does not come up, nothing that was seen without it says anything.",
  source: "Compose specification: depends_on, healthcheck",
  whenItFails: {
    symptom: "`docker compose up` waits, or ends with `dependency failed to start`.",
    cause:
      "The image, command, environment or healthcheck of the Compose file, or what seaworthy.yaml says of it, does not give a server that is ready.",
    remedy: "Start it alone, as `docker compose up NAME` does, and mend what its log names.",
  },
  needs: roles,
  examples: [
    { name: "ready", data: exampleRoles, status: "pass" },
    {
      name: "never ready",
      data: {
        ...exampleRoles,
        sidecars: [{ ...exampleSidecar, by: "", problem: "not ready within 120 s by its healthcheck" }],
      },
      status: "fail",
    },
    {
      name: "its image cannot be pulled",
      data: { ...exampleRoles, sidecars: [{ ...exampleSidecar, problem: "postgres:17 is not there", lacking: true }] },
      status: "unproven",
    },
    {
      name: "nobody asked for it",
      data: { ...nothingBeside, notStarted: ["db (postgres:17)"] },
      status: "not-applicable",
    },
    { name: "it needs nothing", data: nothingBeside, status: "not-applicable" },
  ],
  judge({ sidecars, notStarted }) {
    const lost = sidecars.find(({ problem }) => problem !== "");
    if (lost?.lacking === true)
      return unproven(`${lost.name} (${lost.image}, ${lost.where}) is not there: ${lost.problem}`);
    if (lost !== undefined) return fail(`${lost.name} (${lost.image}, ${lost.where}) is not ready: ${lost.problem}`);
    const missing =
      notStarted.length === 0 ? "" : `What it does with ${some(notStarted)} stayed unproven: nothing was started.`;
    const parts =
      notStarted.length === 0 ? [] : [`what the service does with ${some(notStarted)} (nothing started it)`];
    if (sidecars.length === 0)
      return leaving(
        notApplicable(
          missing === ""
            ? "No Compose file names anything that the service talks to."
            : `${missing} \`sidecars: compose\` in seaworthy.yaml starts what the Compose file names.`,
        ),
        parts,
      );
    const ready = sidecars.map(
      ({ name, image, milliseconds, by }) => `${name} (${image}) after ${formatMilliseconds(milliseconds)} by ${by}`,
    );
    return leaving(pass(`Ready before the service: ${some(ready, 6)}.${missing === "" ? "" : ` ${missing}`}`), parts);
  },
};
