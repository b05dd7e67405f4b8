import type { Scan } from "../probes/support/scanners.ts";
import { vulnerabilities, type Vulnerabilities } from "../probes/vulnerabilities.ts";
import type { Check } from "./check.ts";
import { fail, notApplicable, pass, some, unproven } from "./support/verdicts.ts";

const clean: Scan = {
  scanner: "trivy",
  version: "0.65.0",
  problem: undefined,
  counts: { high: 1, low: 30 },
  fixable: [],
};
const openssl = { id: "CVE-2024-0001", severity: "critical", package: "openssl", installed: "3.0.1", fixed: "3.0.2" };
const scanned = (...scans: readonly Scan[]): Vulnerabilities => ({ asked: ["trivy", "grype"], scans });

export const noFixableVulnerabilities: Check<Vulnerabilities> = {
  id: "no-fixable-vulnerabilities",
  severity: "warning",
  title: "No critical or high vulnerability that a new version fixes",
  why: "What is known and fixed elsewhere is the first that is tried; a new base or a new lock is all that it takes.",
  source: "NIST SP 800-190, 4.1.1",
  whenItFails: {
    symptom: "A scanner names vulnerabilities with a fixed version.",
    cause: "The base is pinned to an old digest, or the lock has not been renewed.",
    remedy: "Run `seaworthy . --renew-pins`, or `uv lock --upgrade-package NAME`, and prove the image again.",
  },
  needs: vulnerabilities,
  examples: [
    { name: "none with a fix", data: scanned(clean), status: "pass" },
    { name: "one with a fix", data: scanned({ ...clean, fixable: [openssl] }), status: "fail" },
    {
      name: "one scanner without a database, the other finds one",
      data: scanned({ ...clean, problem: "no database" }, { ...clean, scanner: "grype", fixable: [openssl] }),
      status: "fail",
    },
    { name: "no scanner", data: scanned(), status: "not-applicable" },
    { name: "no scanner that answers", data: scanned({ ...clean, problem: "no database" }), status: "unproven" },
  ],
  judge({ asked, scans }) {
    if (scans.length === 0) return notApplicable(`Nothing was scanned: neither ${asked.join(" nor ")} is on the PATH.`);
    const answers = scans.filter(({ problem }) => problem === undefined);
    const silent = scans.flatMap(({ scanner, problem }) => (problem === undefined ? [] : [`${scanner}: ${problem}`]));
    if (answers.length === 0) return unproven(`No scanner answered: ${silent.join("; ")}`);
    const found = answers.flatMap(({ fixable }) => fixable);
    if (found.length > 0) {
      const named = found.map(
        ({ id, package: name, installed, fixed }) => `${id} in ${name} ${installed}, fixed in ${fixed}`,
      );
      return fail(`${some([...new Set(named)])}.`);
    }
    const told = answers.map(({ scanner, version, counts }) => `${scanner} ${version}: ${inWords(counts)}`);
    return pass(`${[...told, ...silent].join("; ")}; none that is critical or high has a fix.`);
  },
};

function inWords(counts: Scan["counts"]): string {
  const parts = Object.entries(counts).map(([severity, count]) => `${count} ${severity}`);
  return parts.length === 0 ? "none" : parts.join(", ");
}
