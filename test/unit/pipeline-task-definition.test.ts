import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { analyzeStep } from "../../src/pipeline/analyze-step.ts";
import { openSession, type Session } from "../../src/pipeline/session.ts";

/** A service whose task definition lies beside its folder, as a template of the CDK does. */
async function folders(): Promise<AsyncDisposable & { readonly service: string; readonly template: string }> {
  const root = await mkdtemp(join(tmpdir(), "seaworthy-task-"));
  const service = join(root, "docker");
  await mkdir(service);
  await writeFile(join(service, "Dockerfile"), 'FROM python:3.13-slim\nCMD ["python", "app.py"]\n');
  await writeFile(join(service, "app.py"), "print('here')\n");
  await writeFile(join(service, "seaworthy.yaml"), "taskDefinition: ../x.template.json\n");
  return {
    service,
    template: join(root, "x.template.json"),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true }),
  };
}

const open = (folder: string): Promise<Session> =>
  openSession(
    folder,
    {},
    { env: {}, now: () => 0, fetch, signal: new AbortController().signal, tell: () => undefined },
  );

it("reads the task definition that seaworthy.yaml names, beside the service's folder", async () => {
  await using files = await folders();
  await writeFile(files.template, JSON.stringify({ containerDefinitions: [{ name: "web", stopTimeout: 45 }] }));
  const { service } = await analyzeStep(await open(files.service), undefined);
  expect(service.taskDefinitions).toMatchObject([
    { container: "web", stopTimeoutSeconds: 45, evidence: { file: "../x.template.json" } },
  ]);
  expect(service.files).not.toContain("../x.template.json");
});

it("says that a task definition is not there, and when it will be", async () => {
  await using files = await folders();
  await expect(open(files.service)).rejects.toMatchObject({
    code: "config/no-task-definition",
    hint: expect.stringContaining("cdk synth"),
  });
});

it("calls a template that is no JSON a finding with its line, and goes on", async () => {
  await using files = await folders();
  await writeFile(files.template, '{\n  "containerDefinitions": [\n');
  const { findings, service } = await analyzeStep(await open(files.service), undefined);
  expect(service.taskDefinitions).toEqual([]);
  expect(findings.filter(({ rule }) => rule === "file-cannot-be-read")).toMatchObject([
    { where: { file: "../x.template.json" } },
  ]);
});
