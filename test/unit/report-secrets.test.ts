import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { secretsOf } from "../../src/dockerfile/secrets.ts";
import { parseDockerfile } from "../../src/dockerfile/parse.ts";
import type { Report, Side } from "../../src/model/types.ts";
import { filesToApply, judgeAgain } from "../../src/pipeline/judge-again.ts";
import { withoutSecretValues } from "../../src/pipeline/redacted-report.ts";
import { writeReports } from "../../src/pipeline/report-step.ts";
import { finishRun, openRun, type Run, runStep } from "../../src/pipeline/run-directory.ts";
import { buildOf, RENDER } from "../../src/pipeline/saved-steps.ts";
import { reporters } from "../../src/reporters/index.gen.ts";
import { summaryTable } from "../../src/reporters/terminal.ts";
import { sampleReport } from "../golden/sample-report.ts";

/** One value for each place of a report where one can get to. */
const planted = {
  env: "hunter2-in-env",
  argument: "hunter2-in-argument",
  label: "hunter2-in-label",
  layer: "hunter2-in-layer",
  url: "hunter2-in-url",
  step: "hunter2-in-step",
  failure: "hunter2-in-failure",
  excerpt: "hunter2-in-excerpt",
  message: "hunter2-in-message",
  start: "hunter2-in-start",
  standard: "hunter2-as-default",
  note: "hunter2-in-note",
  file: "hunter2-in-file",
  given: "hunter2-of-the-team",
  dockerfile: "hunter2-in-dockerfile",
};

const dockerfile = parseDockerfile("Dockerfile", `FROM scratch\nARG BUILD_TOKEN=${planted.dockerfile}\n`);

function withSecrets(side: Side): Side {
  const { buildSide, image } = side;
  const built = buildSide?.image;
  if (built === undefined || image === undefined) throw new Error("The sample has no image.");
  const createdBy = `RUN |1 PYPI_TOKEN=${planted.argument} /bin/sh -c pip install . # buildkit`;
  return {
    ...side,
    findings: side.findings.map((finding) => ({ ...finding, message: `\`ENV DB_PASSWD ${planted.message}\`: wrong` })),
    checks: side.checks.map((check) => ({
      ...check,
      message: `${check.message} It said ${planted.env}.`,
      excerpts: [
        {
          title: "Log",
          lines: [`connecting with ${planted.env} and ${planted.dockerfile}`, `password: ${planted.excerpt}`],
        },
      ],
    })),
    image: {
      ...image,
      layers: image.layers.map((layer) => ({ ...layer, createdBy: `ENV AUTH_TOKEN=${planted.layer}` })),
    },
    buildSide: {
      ...buildSide,
      canaries: ["canary-0123"],
      failure: { step: `RUN API_KEY=${planted.step} make`, log: [`--token ${planted.failure}`] },
      builds:
        buildSide?.builds.map((build) => ({
          ...build,
          steps: build.steps.map((one) => ({ ...one, name: `RUN API_KEY=${planted.step} make` })),
        })) ?? [],
      image: {
        ...built,
        config: {
          ...built.config,
          env: [
            ...built.config.env,
            `JWT_SECRET_KEY=${planted.env}`,
            `DATABASE_URL=postgresql://app:${planted.url}@db/app`,
          ],
          labels: { ...built.config.labels, "org.example.token": planted.label },
          history: [...built.config.history, { createdBy, empty: false }],
        },
      },
    } as Side["buildSide"],
  };
}

const secret = {
  name: "SMTP_PASS",
  required: true,
  secret: true,
  confidence: "certain",
  kind: "text",
  evidence: [],
} as const;
const example = "example-only-not-a-secret-0123456789";
const report: Report = {
  ...sampleReport,
  run: { ...sampleReport.run, notes: [`git+https://bot:${planted.note}@git.example/lib.git`] },
  service: {
    ...sampleReport.service,
    env: [{ ...secret, default: planted.standard }],
    starts: sampleReport.service.starts.map((start) => ({
      ...start,
      argv: ["docker", "run", "--env", `DB_PASSWORD=${planted.start}`],
    })),
  },
  before: withSecrets(sampleReport.before),
  after: withSecrets(sampleReport.after),
  contract: {
    ...sampleReport.contract,
    env: [
      { name: "JWT_SECRET_KEY", required: true, secret: true, example },
      { name: "SMTP_PASS", required: true, secret: true, example: planted.given, given: true },
    ],
  },
  files: sampleReport.files.map((file) => ({
    ...file,
    content: `${file.content}\nSMTP_PASS=${planted.file}\n-e JWT_SECRET_KEY=${example}\n`,
  })),
};

const leaked = (text: string): readonly string[] =>
  Object.entries({ ...planted, canary: "canary-0123" })
    .filter(([, value]) => text.includes(value))
    .map(([place]) => place);

let folder = "";
let run: Run;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "report-secrets-"));
  run = await openRun(folder, { now: 0, fresh: true });
});
afterEach(() => rm(folder, { recursive: true }));

it("the sample holds each of them", () => {
  expect(leaked(JSON.stringify(report) + dockerfile.text)).toHaveLength(Object.keys(planted).length + 1);
});

it("no reporter shows a secret of the images, the files or the build", async () => {
  await writeReports(withoutSecretValues(report, secretsOf(dockerfile)), run.directory, reporters);
  const files = (await readdir(run.directory)).filter((name) => name !== "run.json");
  expect(files).toHaveLength(reporters.length);
  for (const name of files)
    expect([name, leaked(await readFile(join(run.directory, name), "utf8"))]).toEqual([name, []]);
  const told = summaryTable(withoutSecretValues(report), { colour: false, width: 200 });
  expect(leaked(told)).toEqual([]);
  const json = await readFile(join(run.directory, "report.json"), "utf8");
  expect(json).toContain("JWT_SECRET_KEY=‹redacted›");
  // An example of ours shows how to start the image.
  expect(json).toContain(`-e JWT_SECRET_KEY=${example}`);
});

it("what was rendered is applied whole, and judging again shows no more than the run", async () => {
  await runStep(run, { ...RENDER, run: async () => report.files }, {});
  for (const label of ["before", "after"] as const)
    await runStep(run, { ...buildOf(label), run: async () => report[label].buildSide }, {});
  await writeReports(withoutSecretValues(report), run.directory, reporters);
  await finishRun(run, 1, true);
  expect((await filesToApply(folder, "latest")).files).toEqual(report.files);
  const { checks: _, ...before } = (await judgeAgain(folder, "latest")).before;
  expect(leaked(JSON.stringify(before))).toEqual([]);
});

it("files that are left with what is redacted are not applied", async () => {
  await writeFile(join(run.directory, "report.json"), JSON.stringify(withoutSecretValues(report)));
  await finishRun(run, 1, true);
  await expect(filesToApply(folder, "latest")).rejects.toMatchObject({ code: "run/damaged" });
});
