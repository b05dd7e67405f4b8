import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { noFixableVulnerabilities } from "../../src/checks/no-fixable-vulnerabilities.ts";
import { exampleContract } from "../../src/checks/support/examples.ts";
import type { ProbeContext } from "../../src/probes/probe.ts";
import { vulnerabilities } from "../../src/probes/vulnerabilities.ts";

/** Scanners as small scripts on a PATH of their own. */
async function scan(scripts: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), "seaworthy-scanners-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, body] of Object.entries(scripts)) {
    writeFileSync(
      join(folder, name),
      `#!/bin/sh\nif [ "$1" = --version ]; then echo "Version: 1.2.3"; exit; fi\n${body}\n`,
    );
    chmodSync(join(folder, name), 0o755);
  }
  const context = {
    engine: { name: "docker", cli: { program: "docker", env: { PATH: folder, DOCKER_HOST: "unix:///there" } } },
    image: { tag: "demo:1" },
    signal: new AbortController().signal,
  } as unknown as ProbeContext;
  const seen = await vulnerabilities.collect(context);
  const judged = { contract: exampleContract, service: {} as never, side: "after", before: undefined } as const;
  return { seen, verdict: noFixableVulnerabilities.judge(seen, judged) };
}
const echo = (value: unknown): string => `echo '${JSON.stringify(value)}'`;
const TRIVY = {
  Results: [
    {
      Vulnerabilities: [
        {
          VulnerabilityID: "CVE-1",
          PkgName: "openssl",
          InstalledVersion: "3.0.1",
          FixedVersion: "3.0.2",
          Severity: "CRITICAL",
        },
        { VulnerabilityID: "CVE-2", PkgName: "zlib", InstalledVersion: "1", Severity: "HIGH" },
      ],
    },
    {},
  ],
};
const GRYPE = {
  matches: [
    {
      vulnerability: { id: "CVE-3", severity: "High", fix: { versions: ["2.0"], state: "fixed" } },
      artifact: { name: "urllib3", version: "1.0" },
    },
    { vulnerability: { id: "CVE-4", severity: "Low", fix: { versions: [], state: "wont-fix" } }, artifact: {} },
  ],
};

it("asks nobody when there is no scanner, and says so", async () => {
  const { seen, verdict } = await scan({});
  expect(seen).toEqual({ asked: ["trivy", "grype"], scans: [] });
  expect(verdict.status).toBe("not-applicable");
});

it("reads what trivy finds", async () => {
  const { seen, verdict } = await scan({ trivy: echo(TRIVY) });
  expect(seen.scans).toMatchObject([{ scanner: "trivy", version: "1.2.3", counts: { critical: 1, high: 1 } }]);
  expect(verdict).toMatchObject({ status: "fail", message: "CVE-1 in openssl 3.0.1, fixed in 3.0.2." });
});

it("reads what grype finds", async () => {
  const { seen, verdict } = await scan({ grype: echo(GRYPE) });
  expect(seen.scans).toMatchObject([{ scanner: "grype", counts: { high: 1, low: 1 } }]);
  expect(verdict).toMatchObject({ status: "fail", message: "CVE-3 in urllib3 1.0, fixed in 2.0." });
});

it("tells the scanner which image of which engine", async () => {
  const { seen } = await scan({ trivy: 'echo "$DOCKER_HOST $*" >&2; exit 1', grype: "echo no json" });
  expect(seen.scans.map(({ problem }) => problem)).toEqual([
    "unix:///there image --quiet --format json --scanners vuln --timeout 4m --image-src docker demo:1",
    "What it wrote is no JSON.",
  ]);
});

it("passes when nothing that matters has a fix, and is unproven when no scanner answers", async () => {
  expect((await scan({ trivy: echo({}), grype: "exit 1" })).verdict.status).toBe("pass");
  expect((await scan({ trivy: "echo no database >&2; exit 1" })).verdict).toMatchObject({
    status: "unproven",
    message: "No scanner answered: trivy: no database",
  });
});
