import { leastPrivilege, type LeastPrivilege } from "../probes/least-privilege.ts";
import type { Check } from "./check.ts";
import { exampleRights, sickOutcome } from "./support/rights-example.ts";
import { fail, leaving, pass } from "./support/verdicts.ts";
import { lowPort, worked } from "./support/worked.ts";

export const arbitraryUid: Check<LeastPrivilege> = {
  id: "arbitrary-uid",
  severity: "warning",
  title: "The service runs as a uid the image does not know",
  why: "OpenShift gives each namespace its own uids, and a volume's owner often decides the uid elsewhere.",
  source: "OpenShift documentation: support arbitrary user ids",
  whenItFails: {
    symptom: "Pods crash with `Permission denied` under OpenShift, or with a volume of another owner.",
    cause: "Files are readable by one uid only, or the service writes into its own home.",
    remedy:
      "Give the group 0 or everybody the right to read, and mount a volume at each writable path of the contract.",
  },
  needs: leastPrivilege,
  examples: [
    { name: "healthy", data: exampleRights, status: "pass" },
    { name: "cannot read its files", data: { ...exampleRights, arbitraryUid: sickOutcome }, status: "fail" },
  ],
  judge({ arbitraryUid: { healthy, problem } }, { contract }) {
    return healthy
      ? leaving(pass(`${worked(contract)} as uid 12345 in group 0.`), lowPort(contract))
      : fail(`As uid 12345 in group 0: ${problem}`);
  },
};
