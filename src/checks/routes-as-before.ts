import { counted } from "../kit/text.ts";
import { ordinaryRun, type OrdinaryRun } from "../probes/ordinary-run.ts";
import { worseVisits } from "../probes/support/visits.ts";
import type { Check } from "./check.ts";
import { exampleRun } from "./support/examples.ts";
import { fail, notApplicable, pass, some } from "./support/verdicts.ts";

const answering = (status: number): OrdinaryRun => ({
  ...exampleRun,
  visits: [...exampleRun.visits, { path: "/items", status }],
});
const after = { side: "after", before: answering(200) } as const;

export const routesAsBefore: Check<OrdinaryRun> = {
  id: "routes-as-before",
  severity: "error",
  title: "What today's image answers is answered by the reworked image too",
  why: "A rework that takes rights, files or packages away can leave health green and break the route that needed them.",
  source: "A service whose database lay beside its code, where its new user may not write",
  whenItFails: {
    symptom: "After the change to the reworked image some requests are answered with errors, and health stays green.",
    cause: "The service wrote where its user may not, or used a file or package that is not in the new image.",
    remedy:
      "Ask that route and read the traceback in the log; then name, under `decisions` in seaworthy.yaml, the folder in `writable`, the files in `copies`, or the package in `packages`.",
  },
  needs: ordinaryRun,
  of: ["server"],
  shownBy: "comparison",
  examples: [
    { name: "the same answers", data: answering(200), status: "pass", context: after },
    { name: "an error of the server", data: answering(500), status: "fail", context: after },
    { name: "no answer", data: answering(0), status: "fail", context: after },
    { name: "it is not found", data: answering(404), status: "fail", context: after },
    {
      name: "it failed before as well",
      data: answering(500),
      status: "pass",
      context: { ...after, before: answering(500) },
    },
    { name: "nothing to compare with", data: answering(200), status: "not-applicable", context: { side: "after" } },
    { name: "today's image itself", data: answering(200), status: "not-applicable", context: { side: "before" } },
  ],
  judge({ visits }, { side, before }) {
    if (side === "before") return notApplicable("The other image is compared with it.");
    const todays = (before as Partial<OrdinaryRun> | undefined)?.visits;
    if (todays === undefined)
      return notApplicable("Today's image was not running, so there is nothing to compare it with.");
    const worse = worseVisits(todays, visits);
    if (worse.length > 0) return fail(`Answered otherwise by today's image: ${some(worse)}.`);
    return pass(`${counted(visits.length, "route")} answered no worse than by today's image.`);
  },
};
