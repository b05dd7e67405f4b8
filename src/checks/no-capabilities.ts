import { leastPrivilege, type LeastPrivilege } from "../probes/least-privilege.ts";
import type { Check } from "./check.ts";
import { exampleRights, sickOutcome } from "./support/rights-example.ts";
import { fail, leaving, pass } from "./support/verdicts.ts";
import { lowPort, worked } from "./support/worked.ts";

export const noCapabilities: Check<LeastPrivilege> = {
  id: "no-capabilities",
  severity: "warning",
  title: "The service needs no capability and no new privilege",
  why: "Pods under the restricted profile drop all capabilities and forbid to gain privileges.",
  source: "Kubernetes: pod security standards, restricted",
  whenItFails: {
    symptom: "The pod is refused by the restricted profile, or fails with `Operation not permitted`.",
    cause: "The start changes owners or users, or binds a port below 1024.",
    remedy: "Set owners while building, and listen on a port above 1023.",
  },
  needs: leastPrivilege,
  examples: [
    { name: "healthy", data: exampleRights, status: "pass" },
    { name: "needs one", data: { ...exampleRights, noCapabilities: sickOutcome }, status: "fail" },
  ],
  judge({ noCapabilities: { healthy, problem } }, { contract }) {
    return healthy
      ? leaving(pass(`${worked(contract)} with all capabilities dropped and no-new-privileges set.`), lowPort(contract))
      : fail(`With all capabilities dropped and no-new-privileges set: ${problem}`);
  },
};
