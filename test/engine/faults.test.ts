import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Report } from "../../src/model/types.ts";
import { seaworthy } from "./support/cli.ts";
import { tinyConfiguration, tinyService } from "./support/tiny-service.ts";

const run = async (changes: Readonly<Record<string, string>>) => {
  await using fixture = await tinyService(changes);
  const outcome = await seaworthy([`${fixture.folder}/`, "--repetitions", "1"]);
  const file = join(fixture.folder, ".seaworthy/runs/latest/report.json");
  const report = JSON.parse(await readFile(file, "utf8")) as Report;
  return { ...outcome, report };
};
const statusOf = (side: Report["before"], id: string) => side.checks.find((check) => check.id === id)?.status;

it("goes on when the base of today's image is not there, and says so", async () => {
  const { report, stderr } = await run({
    Dockerfile: 'FROM python:0.0-nowhere\nCOPY . /app\nCMD ["python", "-m", "tiny.server"]\n',
  });
  expect(stderr).toMatch(/Today's image does not build: .*python:0\.0-nowhere/);
  expect(statusOf(report.before, "builds")).toBe("fail");
  expect(statusOf(report.after, "builds")).toBe("pass");
});

it("catches a base by a digest that nobody has, and pushes what is reworked where a requirement asks for it", async () => {
  const { report } = await run({
    Dockerfile: `FROM python:3.13-slim@sha256:${"30fe896e".repeat(8)}\nCOPY . /app\nCMD ["python", "-m", "tiny.server"]\n`,
    "seaworthy.requirements.yaml": "- { id: PUSH, text: It can be pushed, proof: { check: pushed-and-pulled } }\n",
  });
  expect(statusOf(report.before, "base-digest-known")).toBe("fail");
  expect(statusOf(report.before, "builds")).toBe("fail");
  expect(statusOf(report.after, "base-digest-known")).toBe("pass");
  // The lab names its own registry; elsewhere nothing is pushed that nobody named a place for.
  const pushed = process.env["SEAWORTHY_PUSH_TO"] === undefined ? "not-applicable" : "pass";
  expect(statusOf(report.after, "pushed-and-pulled")).toBe(pushed);
  expect(report.requirements).toMatchObject([{ id: "PUSH", status: pushed }]);
  expect(statusOf(report.before, "pushed-and-pulled")).not.toBe("pass");
});

it("names the step that failed and shows the end of its log", async () => {
  const { report, stderr } = await run({
    Dockerfile:
      'FROM python:3.13-slim\nWORKDIR /app\nCOPY . .\nRUN echo one last word && exit 7\nCMD ["python", "-m", "tiny.server"]\n',
  });
  expect(stderr).toMatch(/Today's image does not build: .*exit 7/);
  expect(stderr).toMatch(/one last word/);
  expect(report.before.buildSide?.failure?.where).toMatch(/Dockerfile:4/);
  expect(statusOf(report.before, "becomes-healthy")).toBe("unproven");
});

it("shows the last lines of a service that never becomes healthy", async () => {
  const { code, report } = await run({
    "tiny/server.py": 'import signal\nprint("waiting for a database that never comes", flush=True)\nsignal.pause()\n',
    "seaworthy.yaml": tinyConfiguration("limits: { startSeconds: 3 }\n"),
  });
  expect(code).toBe(1);
  expect(report.verdict.status).not.toBe("pass");
  expect(JSON.stringify(report.after.checks)).toContain("waiting for a database that never comes");
});
