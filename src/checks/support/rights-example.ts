import type { LeastPrivilege } from "../../probes/least-privilege.ts";
import type { Outcome } from "../../probes/support/health.ts";

const healthyOutcome: Outcome = { healthy: true, problem: "", log: [] };
export const sickOutcome: Outcome = { healthy: false, problem: "PermissionError: [Errno 13]", log: [] };
export const exampleRights: LeastPrivilege = { noCapabilities: healthyOutcome, arbitraryUid: healthyOutcome };
