/** Runs everything there is to test and ends with one line, `N passed, N failed` (with `, N skipped` when there are any), for all of it together. */
import { mkdir, readdir, rm } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { type Finished, run } from "../src/kit/exec.ts";
import { readText } from "../src/kit/files.ts";
import { argumentsOf } from "./usage.ts";

argumentsOf(import.meta.url, {});

interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** One line for each failed test: its file, its name, the first line of its message. */
  readonly failures?: readonly string[];
  /** Likewise for each test that passed when it was tried again. */
  readonly retried?: readonly string[];
}

/** The part of vitest's JSON report that is read here. */
interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: ReadonlyArray<{
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: ReadonlyArray<{
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }>;
  }>;
}

const REPORTS = ".lab/reports";
const PROJECTS = ["unit", "thorough", "engine", "alone", "conformance"] as const;

/** A part that fails without a failed test (it does not load, it crashes) counts as one failure: it never goes unseen. */
function atLeastOneFailure(tally: Tally, code: number): Tally {
  return code !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
}

function tallyVitest(report: string | undefined, code: number): Tally {
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
    report,
  ) as VitestReport;
  const brokenFiles = testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.every((one) => one.status !== "failed"),
  );
  // A test that passes and has a message failed before.
  const linesOf = (wanted: string) =>
    testResults.flatMap(({ name, assertionResults }) =>
      assertionResults
        .filter(({ status, failureMessages }) => status === wanted && failureMessages.length > 0)
        .map(({ fullName, failureMessages }) => failureLine(name, fullName, failureMessages[0] ?? "")),
    );
  const failures = [
    ...brokenFiles.map(({ name, message }) => failureLine(name, "does not load", message)),
    ...linesOf("failed"),
  ];
  const tally = {
    passed: numPassedTests,
    failed: numFailedTests + brokenFiles.length,
    skipped: numPendingTests + numTodoTests,
    failures,
    retried: linesOf("passed"),
  };
  return atLeastOneFailure(tally, code);
}

/** CI keeps the end of what is printed, so each failure is named once more there, as short as it can be. */
function failureLine(file: string, test: string, message: string): string {
  const [said = ""] = stripVTControlCharacters(message).split("\n");
  return `${relative(process.cwd(), file)}: ${test}: ${said.slice(0, 700)}`;
}

function tallyJunit(report: string | undefined, code: number): Tally {
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const suite = /<testsuite [^>]*>/.exec(report)?.[0] ?? "";
  const count = (name: string) => Number(new RegExp(` ${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
  const failed = count("failures") + count("errors");
  const skipped = count("skipped");
  return atLeastOneFailure({ passed: count("tests") - failed - skipped, failed, skipped }, code);
}

function show(program: string, args: readonly string[]): Promise<Finished> {
  process.stdout.write(`\n> ${program} ${args.join(" ")}\n`);
  return run(program, args, { onLine: (_, line) => process.stdout.write(`${line}\n`) });
}

async function check(script: string): Promise<Tally> {
  const { code } = await show("npm", ["run", "--silent", script]);
  return code === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}

/** A run that dies says nothing of its tests: CI makes it once more, and both are named with the last that they said. */
async function vitest(project: string): Promise<Tally> {
  const file = join(REPORTS, `${project}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const died: string[] = [];
  for (let tries = process.env["CI"] === undefined ? 1 : 2; ; tries--) {
    const { code, stdout, stderr } = await show("npx", ["vitest", "run", "--project", project, ...reporters]);
    const tally = tallyVitest(await readText(file), code);
    const ran = tally.passed + tally.skipped > 0;
    if (ran && (code === 0 || tally.failures?.length !== 0))
      return { ...tally, retried: [...died, ...(tally.retried ?? [])] };
    died.push(`vitest ${project} ended with ${code} and no failed test:`, ...lastLines(stdout), ...lastLines(stderr));
    if (tries === 1) return { ...tally, failures: died };
  }
}

const lastLines = (text: string): readonly string[] =>
  stripVTControlCharacters(text)
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-8)
    .map((line) => `  ${line.slice(0, 300)}`);

/** The stack of an example has packages of its own, which `make test` installs: its types, then its tests. */
async function stack(): Promise<Tally> {
  const report = resolve(REPORTS, "stack.json");
  const args = ["--prefix", "examples/benchling-webhook/cdk", "test", "--"];
  const { code } = await show("npm", [...args, "--reporter=default", "--reporter=json", `--outputFile.json=${report}`]);
  return tallyVitest(await readText(report), code);
}

async function examples(): Promise<Tally> {
  const folder = join(REPORTS, "examples");
  await mkdir(folder);
  const { code } = await show("scripts/test-examples", [folder]);
  const reports = await Promise.all((await readdir(folder)).map((file) => readText(join(folder, file))));
  return atLeastOneFailure(sum(reports.map((report) => tallyJunit(report, 0))), code);
}

function sum(tallies: readonly Tally[]): Tally {
  const total = (pick: (tally: Tally) => number) => tallies.reduce((all, one) => all + pick(one), 0);
  return {
    passed: total(({ passed }) => passed),
    failed: total(({ failed }) => failed),
    skipped: total(({ skipped }) => skipped),
  };
}

/** What was skipped is said, and only then: it is neither a pass nor a failure. */
const line = ({ passed, failed, skipped }: Tally): string =>
  `${passed} passed, ${failed} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`;

await rm(REPORTS, { recursive: true, force: true });
await mkdir(REPORTS, { recursive: true });
const parts: Record<string, Tally> = { "npm run check:static": await check("check:static") };
for (const project of PROJECTS) parts[`vitest ${project}`] = await vitest(project);
parts["stack of benchling"] = await stack();
parts["tests of the examples"] = await examples();

process.stdout.write("\n");
for (const { failures = [], retried = [] } of Object.values(parts)) {
  for (const test of retried) process.stdout.write(`TRIED AGAIN ${test}\n`);
  for (const failure of failures) process.stdout.write(`FAILED ${failure}\n`);
}
for (const [name, tally] of Object.entries(parts)) process.stdout.write(`${name.padEnd(24)} ${line(tally)}\n`);
const crashes = (await readText(".lab/engine/engine.log"))?.match(/starting it again/g)?.length ?? 0;
if (crashes > 0)
  process.stdout.write(`The lab's engine crashed and came back: ${crashes} times (.lab/engine/engine.log).\n`);
const all = sum(Object.values(parts));
process.stdout.write(`\n${line(all)}\n`);
process.exitCode = all.failed === 0 ? 0 : 1;
