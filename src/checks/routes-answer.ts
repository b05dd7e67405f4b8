import { counted } from "../kit/text.ts";
import type { Service } from "../model/types.ts";
import { ordinaryRun, type OrdinaryRun } from "../probes/ordinary-run.ts";
import type { Visit } from "../probes/support/routes.ts";
import type { Check } from "./check.ts";
import { exampleRun } from "./support/examples.ts";
import { fail, leaving, notApplicable, pass, some, unproven } from "./support/verdicts.ts";

const beside: OrdinaryRun = {
  ...exampleRun,
  visits: [...exampleRun.visits, { path: "/items", status: 200 }],
  sidecars: ["db"],
};

/** Of a health path: it leads elsewhere, or wants to know who asks, and has said neither yes nor no. */
const isOpen = (status: number): boolean => (status >= 300 && status < 400) || [401, 403, 407].includes(status);

const readiness = {
  service: { healthPaths: [{ value: "/ready", confidence: "certain", evidence: [] }] } as unknown as Service,
};

export const routesAnswer: Check<OrdinaryRun> = {
  id: "routes-answer",
  severity: "error",
  title: "Beside its sidecars, no route answers with an error of the server, and each health path answers well",
  why: "Health that asks nothing of the database stays green while every other route fails: a driver that is missing, a migration that is missing, an address that is read wrongly.",
  source: "reactbin-api: health comes before the database",
  whenItFails: {
    symptom: "Health is green, and every request that needs the database answers 500.",
    cause: "A driver, a shared library, a table or an account that the route needs is not there.",
    remedy: "Ask that route beside `docker compose up`, and read the traceback in the log.",
  },
  needs: ordinaryRun,
  of: ["server"],
  examples: [
    { name: "all answer", data: beside, status: "pass" },
    {
      name: "the database's driver is missing",
      data: { ...beside, visits: [...exampleRun.visits, { path: "/items", status: 500 }] },
      status: "fail",
    },
    {
      name: "a route that tells of readiness says no, and not by an error of the server",
      data: { ...beside, visits: [...exampleRun.visits, { path: "/ready", status: 429 }] },
      status: "fail",
      context: readiness,
    },
    {
      name: "it says yes",
      data: { ...beside, visits: [...exampleRun.visits, { path: "/ready", status: 200 }] },
      status: "pass",
      context: readiness,
    },
    {
      name: "it leads to its path with a slash at the end",
      data: { ...beside, visits: [...exampleRun.visits, { path: "/ready", status: 307 }] },
      status: "pass",
      context: readiness,
    },
    {
      name: "it asks who comes",
      data: { ...beside, visits: [...exampleRun.visits, { path: "/ready", status: 401 }] },
      status: "pass",
      context: readiness,
    },
    {
      name: "a route does not answer",
      data: { ...beside, visits: [...exampleRun.visits, { path: "/items", status: 0 }] },
      status: "fail",
    },
    {
      name: "another sidecar was not started",
      data: { ...beside, visits: [{ path: "/items", status: 500 }], notStarted: ["cache (redis:8)"] },
      status: "unproven",
    },
    {
      name: "nothing runs beside it",
      data: { ...exampleRun, visits: [{ path: "/items", status: 500 }] },
      status: "not-applicable",
    },
  ],
  judge({ visits, sidecars = [], notStarted = [] }, { service }) {
    const health = new Set((service?.healthPaths ?? []).map(({ value }) => value));
    const isBad = ({ path, status }: Visit) =>
      status === 0 || status >= 500 || (health.has(path) && (status < 200 || status >= 300) && !isOpen(status));
    const bad = visits.filter((one) => one.open !== true && isBad(one));
    const names = some(bad.map(({ path }) => path));
    if (sidecars.length === 0)
      return leaving(
        notApplicable("Nothing ran beside it, so what a route needs may be missing."),
        bad.length === 0
          ? []
          : [`${names}, which ${bad.length === 1 ? "fails" : "fail"} with nothing beside the service`],
      );
    if (bad.length > 0) {
      const said = `Beside ${some(sidecars, 6)}: ${some(bad.map(({ path, status }) => `${path} ${status === 0 ? "does not answer" : `answers ${status}`}`))}.`;
      return notStarted.length === 0
        ? fail(said)
        : unproven(`${said} It may need ${some(notStarted)}, which nobody started: name it under \`sidecars\` too.`);
    }
    const answered = visits.map(({ path, status }) => `${path} ${status}`);
    const open = visits.filter(({ path, status }) => health.has(path) && isOpen(status)).map(({ path }) => path);
    return leaving(
      pass(`Beside ${some(sidecars, 6)}, ${counted(visits.length, "route")} answered: ${some(answered, 6)}.`),
      open.length === 0 ? [] : [`whether ${some(open)} says that it is well (it leads elsewhere, or asks who comes)`],
    );
  },
};
