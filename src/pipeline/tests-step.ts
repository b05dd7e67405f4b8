import type { ConnectedEngine, Container } from "../engine/engine.ts";
import { UserError } from "../kit/errors.ts";
import { redactByShape } from "../kit/redact.ts";
import { visible } from "../kit/text.ts";
import type { Measurement, TestSpec } from "../model/types.ts";
import { TEST_STAGE } from "../planner/render-test-stage.ts";
import { within } from "../probes/support/time.ts";
import { buildTarget } from "./build-side.ts";
import { contentHashes } from "./content-hashes.ts";
import { type Run, runStep } from "./run-directory.ts";
import type { Session } from "./session.ts";
import { type BuiltSide, requestFor } from "./steps.ts";
import { figuresOf } from "./test-results.ts";

/** What the service's own tests showed, on the dependencies of the reworked image. */
export interface TestRun {
  readonly figures: Readonly<Record<string, Measurement>>;
  /** Why a figure is missing, in a sentence. */
  readonly problem?: string;
  /** The end of what the tools printed. */
  readonly log: readonly string[];
}

export const NOT_RUN: TestRun = { figures: {}, log: [] };
const LIMIT_MS = 15 * 60_000;
const KEPT_LINES = 60;

/** Builds the stage of the tests and runs tests and linter in it. That it fails is a result, not an error of ours. */
export async function testsStep(
  session: Session,
  run: Run,
  engine: ConnectedEngine,
  { side, spec }: { readonly side: BuiltSide; readonly spec: TestSpec | undefined },
): Promise<TestRun> {
  if (spec === undefined)
    return { ...NOT_RUN, problem: "The service's own tests were not run: the plan has no stage for them." };
  const { signal } = session.world;
  const request = { ...(await requestFor(session, run, side)), target: TEST_STAGE };
  const tag = `${request.tag}-${TEST_STAGE}`;
  const work = async (): Promise<TestRun> => {
    session.world.tell("Running the service's own tests…");
    try {
      const { image } = await buildTarget(engine, { ...request, tag }, signal);
      await using container = await engine.start(image.id, {
        entrypoint: ["sleep", "infinity"],
        command: [],
        init: true,
      });
      return await runTools(container, spec, within(signal, LIMIT_MS, "The service's own tests"));
    } catch (thrown) {
      signal.throwIfAborted();
      const error = firstOf(thrown);
      if (error instanceof UserError && error.code === "engine/lost") throw error;
      const details = error instanceof UserError ? error.details : [];
      const said = error instanceof Error ? error.message : String(error);
      return {
        figures: {},
        problem: `The service's own tests could not be run: ${said}`,
        log: lines(details.join("\n")),
      };
    }
  };
  const input = { files: contentHashes(session), dockerfile: side.dockerfile.text, spec };
  // What could not be measured is tried again when the run is taken up.
  const stillHolds = async ({ figures }: TestRun) => Object.keys(figures).length > 0;
  return runStep(run, { name: `${side.label}/tests`, version: 1, run: work, stillHolds }, input);
}

/** What went wrong first: where the container could not be removed afterwards, that is the lesser news. */
function firstOf(error: unknown): unknown {
  const suppressed = error instanceof Error && "suppressed" in error ? error.suppressed : undefined;
  return suppressed === undefined ? error : firstOf(suppressed);
}

const JUNIT = "/tmp/seaworthy-junit.xml";
const COVERAGE = "/tmp/seaworthy-coverage.json";

async function runTools(container: Container, spec: TestSpec, signal: AbortSignal): Promise<TestRun> {
  const measure =
    spec.coverage.length === 0
      ? []
      : [...spec.coverage.map((path) => `--cov=${path}`), `--cov-report=json:${COVERAGE}`];
  const tests = await container.exec([...spec.command, `--junitxml=${JUNIT}`, ...measure], { signal });
  const lint = spec.lint === undefined ? undefined : await container.exec(spec.lint, { signal });
  const read = async (path: string) => {
    const { code, stdout } = await container.exec(["cat", path], { signal });
    return code === 0 ? stdout : undefined;
  };
  const junit = await read(JUNIT);
  const figures = figuresOf({ junit, coverage: spec.coverage.length === 0 ? undefined : await read(COVERAGE), lint });
  const log = lines([tests.stdout, tests.stderr, lint?.stdout ?? "", lint?.stderr ?? ""].join("\n"));
  if (figures["testPassPercent"] !== undefined) return { figures, log };
  const last = log.at(-1) ?? "it printed nothing";
  return { figures, log, problem: `pytest ended with ${tests.code} and reported no test: ${last}` };
}

const lines = (text: string): readonly string[] =>
  text
    .split("\n")
    .map((line) => redactByShape(visible(line.trimEnd())))
    .filter((line) => line !== "")
    .slice(-KEPT_LINES);
