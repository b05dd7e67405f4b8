import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { analyzeStep } from "../../../src/pipeline/analyze-step.ts";
import { openSession } from "../../../src/pipeline/session.ts";
import { hadolintSettings } from "../../../src/policy/hadolint.ts";
import { changed, startLine } from "../../../src/rules/queries/example.ts";

/** A service whose command is in shell form, in a repository that uses hadolint. */
const faulty = changed([
  startLine,
  "CMD uvicorn app.main:app --host 0.0.0.0 --port 8000 --timeout-graceful-shutdown 20\n",
]);
const world = { env: {}, now: () => 0, fetch, signal: AbortSignal.abort(), tell: () => {} };

function repository(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "seaworthy-hadolint-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, "repository/.git"), { recursive: true });
  const service = Object.entries(faulty).map(([name, text]) => [`repository/services/api/${name}`, text] as const);
  for (const [name, text] of [...service, ...Object.entries(files)]) {
    mkdirSync(join(root, dirname(name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

async function judged(root: string) {
  const session = await openSession(join(root, "repository/services/api"), {}, world);
  const { findings, suppressed = [] } = await analyzeStep(session, undefined);
  const of = <T extends { readonly rule: string }>(all: readonly T[]) =>
    all.find(({ rule }) => rule === "shell-form-cmd");
  return {
    found: of(findings)?.severity,
    reason: of(suppressed)?.suppression.justification,
    failOn: session.config.failOn,
  };
}

it("ignores what hadolint is told to ignore, from the service's folder or above, up to the repository", async () => {
  expect(await judged(repository({}))).toEqual({ found: "error", reason: undefined, failOn: undefined });
  expect(await judged(repository({ "repository/services/api/.hadolint.yaml": "ignored: [DL3008, DL3025]\n" }))).toEqual(
    {
      found: undefined,
      reason: ".hadolint.yaml ignores DL3025",
      failOn: undefined,
    },
  );
  expect(await judged(repository({ "repository/.hadolint.yml": "ignored:\n  - DL3025\n" }))).toMatchObject({
    reason: "../../.hadolint.yml ignores DL3025",
  });
  // The nearest one counts, and none from outside the repository.
  const nearer = { "repository/.hadolint.yaml": "ignored: [DL3025]\n", "repository/services/.hadolint.yaml": "" };
  expect(await judged(repository(nearer))).toMatchObject({ found: "error" });
  expect(await judged(repository({ ".hadolint.yaml": "ignored: [DL3025]\n" }))).toMatchObject({ found: "error" });
});

it("follows no link out of the repository", async () => {
  const root = repository({ "elsewhere.yaml": "ignored: [DL3025]\n" });
  symlinkSync("../elsewhere.yaml", join(root, "repository/.hadolint.yaml"));
  expect(await judged(root)).toMatchObject({ found: "error" });
});

it("takes severities and a stricter threshold, and seaworthy.yaml wins", async () => {
  const hadolint = "override:\n  style: [DL3025]\nfailure-threshold: warning\n";
  const file = "repository/.hadolint.yaml";
  const own = "repository/services/api/seaworthy.yaml";
  expect(await judged(repository({ [file]: hadolint }))).toMatchObject({ found: "note", failOn: "warning" });
  const settled = "severity: { shell-form-cmd: warning }\nfailOn: error\n";
  expect(await judged(repository({ [file]: hadolint, [own]: settled }))).toMatchObject({
    found: "warning",
    failOn: "error",
  });
  expect(await judged(repository({ [file]: hadolint, [own]: "hadolint: false\n" }))).toMatchObject({
    found: "error",
    failOn: undefined,
  });
});

it.each([
  ["ignored: DL3025\n", /`ignored` is to be a list of rule ids/, 1],
  ["format: tty\noverride: [DL3025]\n", /`override` is to be a map/, 2],
  ["override:\n  info: DL3025\n", /`override\.info` is to be a list/, 2],
  ["- DL3025\n", /is to be a map/, 1],
  ["ignored: [DL3025\n", /is not valid YAML/, 2],
])("names the place of what is wrong in %j", async (text, message, line) => {
  const root = repository({ "repository/.hadolint.yaml": text });
  await expect(judged(root)).rejects.toMatchObject({
    code: "hadolint/invalid",
    message: expect.stringMatching(message),
    where: { file: "../../.hadolint.yaml", line },
  });
});

it("makes nothing laxer by a threshold, and passes over what means nothing here", () => {
  for (const threshold of ["none", "ignore", "error", 3])
    expect(
      hadolintSettings({ "failure-threshold": threshold, "no-fail": true, trustedRegistries: ["a"] }, "f"),
    ).toEqual({
      severity: {},
      ignore: [],
      failOn: undefined,
    });
});
