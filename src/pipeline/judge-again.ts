import { join } from "node:path";
import { checks } from "../checks/index.gen.ts";
import { UserError } from "../kit/errors.ts";
import { readText } from "../kit/files.ts";
import { REDACTED } from "../kit/redact.ts";
import { secretsInData } from "../kit/redact-data.ts";
import type { RenderedFile, Report, Severity } from "../model/types.ts";
import { readRequirements } from "../requirements/read.ts";
import { acceptedBy, withAccepted } from "./accepted.ts";
import { readConfig } from "./config.ts";
import { withoutSecretValues } from "./redacted-report.ts";
import { builtSides, renderedFiles } from "./saved-steps.ts";
import { withRequirements } from "./requirements-step.ts";
import { findRun, type Run } from "./run-directory.ts";
import { weighed, withSeverities } from "./severities.ts";
import { judgeSide } from "./verify.ts";

/**
 * Judges the evidence of an old run by the checks, the requirements and the acceptances of today. Needs no engine.
 * @param options `checkFailOn`: instead of the configuration's. `now`: an acceptance may end with a day.
 */
export async function judgeAgain(
  folder: string,
  name: string,
  options: { readonly checkFailOn?: Severity | undefined; readonly now?: number } = {},
): Promise<Report> {
  const run = await findRun(folder, name);
  const report = await readReport(run.directory);
  // What is demanded of the files is demanded of them as they are, and not as the report shows them.
  const files = (await renderedFiles(run)) ?? report.files;
  const context = { contract: report.contract, service: report.service };
  const settled = await readConfig(folder);
  const config = { ...settled, checkFailOn: options.checkFailOn ?? settled.checkFailOn };
  const before = withSeverities(await judgeSide(run, "before", checks, context), config);
  const judged = await judgeSide(run, "after", checks, context);
  const after = weighed(withAccepted(judged, acceptedBy(config, options.now ?? Date.now())).results, config);
  const again = {
    ...report,
    files,
    before: { ...report.before, checks: before },
    after: { ...report.after, checks: after },
  };
  return withoutSecretValues(withRequirements(again, await readRequirements(folder)), await secretsBuilt(run));
}

/** The report on disk has lost them: they are hidden in what is judged now. */
const secretsBuilt = async (run: Run): Promise<readonly string[]> =>
  (await builtSides(run)).flatMap(({ image }) => secretsInData(image?.config));

interface ToApply {
  readonly files: readonly RenderedFile[];
  readonly run: string;
  /** Why they are not written without force: `apply/unverified` when the run's verdict is not a pass. */
  readonly refusal: UserError | undefined;
}

/**
 * The files that a run would write.
 * @throws UserError `run/damaged`.
 */
export async function filesToApply(folder: string, name: string): Promise<ToApply> {
  const run = await findRun(folder, name);
  const { verdict, files: shown } = await readReport(run.directory);
  const refusal =
    verdict.status === "pass"
      ? undefined
      : new UserError("apply/unverified", `Run ${run.id} did not prove what it would write: ${verdict.sentence}`, {
          hint: "Mend what it names and run again, or use `apply --force`.",
        });
  const files = (await renderedFiles(run)) ?? shown;
  if (files.some(({ content }) => content.includes(REDACTED)))
    throw new UserError(
      "run/damaged",
      "This run no longer has the files it rendered, only the report without secrets",
      {
        hint: "Run `seaworthy` on the folder again, or name another run with --run.",
        where: { file: join(run.directory, "report.json") },
      },
    );
  return { files, run: run.id, refusal };
}

async function readReport(directory: string): Promise<Report> {
  const text = await readText(join(directory, "report.json"));
  if (text === undefined)
    throw new UserError("run/unfinished", `The run in ${directory} was never finished`, {
      hint: "Run `seaworthy` on the folder again: it takes the run up where it stood.",
    });
  const problem = await whatIsWrong(text);
  if (problem === undefined) return JSON.parse(text) as Report;
  throw new UserError(
    "run/damaged",
    `The report of this run is damaged, or of another version of seaworthy: ${problem}`,
    {
      hint: "Run `seaworthy` on the folder again, or name another run with --run.",
      where: { file: join(directory, "report.json") },
    },
  );
}

/** What keeps a text from being a report; the schema and its library are loaded for this alone. */
async function whatIsWrong(text: string): Promise<string | undefined> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const { reportSchema } = await import("../reporters/json/schema.ts");
  const issue = reportSchema.safeParse(value).error?.issues[0];
  return issue && (issue.path.length === 0 ? issue.message : `${issue.path.join(".")}: ${issue.message}`);
}
