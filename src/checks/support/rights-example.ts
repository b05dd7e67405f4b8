import type { LeastPrivilege, Outcome } from "../../probes/least-privilege.ts";

const healthyOutcome: Outcome = { healthy: true, problem: "", log: [] };
export const sickOutcome: Outcome = { healthy: false, problem: "PermissionError: [Errno 13]", log: [] };
export const exampleRights: LeastPrivilege = { noCapabilities: healthyOutcome, arbitraryUid: healthyOutcome };
