import { readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { run } from "../../../src/kit/exec.ts";
import type { CheckResult } from "../../../src/model/types.ts";
import { seaworthy } from "../support/cli.ts";
import { tinyService } from "../support/tiny-service.ts";

const SEVEN = [
  "builds",
  "becomes-healthy",
  "non-root",
  "logs-on-streams",
  "no-secrets-in-layers",
  "required-env",
  "dependency-layer-cached",
];

async function quick(changes: Readonly<Record<string, string>> = {}) {
  await using fixture = await tinyService(changes);
  const { code, stdout, stderr } = await seaworthy(["verify", "--quick", "--json", `${fixture.folder}/`]);
  if (!stdout.startsWith("[")) throw new Error(stderr);
  const checks = JSON.parse(stdout) as readonly CheckResult[];
  expect(checks.map(({ id }) => id)).toEqual(SEVEN);
  expect(await readFile(join(fixture.folder, ".seaworthy/runs/newest/checks.junit.xml"), "utf8")).toContain(
    '<testsuite name="tiny: checks" tests="7"',
  );
  const runId = await readlink(join(fixture.folder, ".seaworthy/runs/newest"));
  const { stdout: left } = await run("docker", ["images", "-q", "--filter", `label=seaworthy.run=${runId}`]);
  expect(left.trim()).toBe("");
  return { code, statuses: Object.fromEntries(checks.map(({ id, status }) => [id, status])) };
}

it("judges a folder by seven checks, and leaves nothing on the engine", async () => {
  const { statuses } = await quick();
  // Without dependencies there is no layer for them.
  const expected = SEVEN.map((id) => [id, id === "dependency-layer-cached" ? statuses[id] : "pass"]);
  expect(statuses).toEqual(Object.fromEntries(expected));
});

it("ends with 1 where one of them fails", async () => {
  const { code, statuses } = await quick({ "tiny/server.py": 'import os\nprint(os.environ["TINY_GREETING"])\n' });
  expect(code).toBe(1);
  expect(statuses).toMatchObject({ builds: "pass", "becomes-healthy": "fail" });
});
