import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { analyzeStep } from "../../src/pipeline/analyze-step.ts";
import { openSession } from "../../src/pipeline/session.ts";
import { analyzeRendered, planStep, renderStep } from "../../src/pipeline/steps.ts";
import { healthy } from "../../src/rules/queries/example.ts";

const world = { env: {}, now: () => 0, fetch, signal: new AbortController().signal, tell: () => {} };

it("pictures of the service are no findings of the reworked Dockerfile", async () => {
  const root = mkdtempSync(join(tmpdir(), "seaworthy-rendered-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const files = { ...healthy, "app/static/favicon.ico": Buffer.from([0, 0, 1, 0, 255, 254]) };
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  const session = await openSession(root, {}, world);
  const analysis = await analyzeStep(session, undefined);
  const plan = await planStep(session, undefined, analysis);
  const rendered = await renderStep(session, undefined, { plan, pins: [], service: analysis.service });
  const { findings } = await analyzeRendered(session, plan, rendered);
  expect(findings.filter(({ rule }) => rule === "file-cannot-be-read")).toEqual([]);
});
