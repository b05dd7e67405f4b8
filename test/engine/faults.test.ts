import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Report } from "../../src/model/types.ts";
import { ours, seaworthy } from "./support/cli.ts";
import { tinyService } from "./support/tiny-service.ts";

const run = async (changes: Readonly<Record<string, string>>) => {
  await using fixture = await tinyService(changes);
  const outcome = await seaworthy([`${fixture.folder}/`, "--repetitions", "1"]);
  const file = join(fixture.folder, ".seaworthy/runs/latest/report.json");
  const report = JSON.parse(await readFile(file, "utf8")) as Report;
  return { ...outcome, report };
};
const statusOf = (side: Report["before"], id: string) => side.checks.find((check) => check.id === id)?.status;

it("goes on when the baseline's base image is not there, and says so", async () => {
  const { report, stderr } = await run({
    Dockerfile: 'FROM python:0.0-nowhere\nCOPY . /app\nCMD ["python", "-m", "tiny.server"]\n',
  });
  expect(stderr).toMatch(/before does not build: .*python:0\.0-nowhere/);
  expect(statusOf(report.before, "builds")).toBe("fail");
  expect(statusOf(report.after, "builds")).toBe("pass");
});

it("names the step that failed and shows the end of its log", async () => {
  const { report, stderr } = await run({
    Dockerfile:
      'FROM python:3.13-slim\nWORKDIR /app\nCOPY . .\nRUN echo one last word && exit 7\nCMD ["python", "-m", "tiny.server"]\n',
  });
  expect(stderr).toMatch(/before does not build: .*exit 7/);
  expect(stderr).toMatch(/one last word/);
  expect(report.before.buildSide?.failure?.where).toMatch(/Dockerfile:4/);
  expect(statusOf(report.before, "starts")).toBe("unproven");
});

it("shows the last lines of a service that never becomes healthy", async () => {
  const { code, report } = await run({
    "tiny/server.py": 'import signal\nprint("waiting for a database that never comes", flush=True)\nsignal.pause()\n',
    "seaworthy.yaml": 'output: Dockerfile.prod\nenv: { TINY_GREETING: "hello" }\nlimits: { startSeconds: 3 }\n',
  });
  expect(code).toBe(1);
  expect(report.verdict.status).not.toBe("pass");
  expect(JSON.stringify(report.after.checks)).toContain("waiting for a database that never comes");
});

it("runs twice at once in one folder without disturbing each other", async () => {
  await using fixture = await tinyService();
  const both = await Promise.all([1, 2].map(() => seaworthy([`${fixture.folder}/`, "--repetitions", "1", "--json"])));
  const ids = both.map(({ stdout }) => (JSON.parse(stdout) as Report).run.id);
  expect(new Set(ids).size).toBe(2);
  expect(await ours()).toEqual([]);
});
