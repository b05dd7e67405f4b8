import type { Measurement } from "../model/types.ts";

/** What the tools of a service's own tests wrote, as text; undefined where a tool wrote nothing. */
export interface ToolOutput {
  readonly junit: string | undefined;
  readonly coverage: string | undefined;
  /** The linter's output and exit code. */
  readonly lint: { readonly code: number; readonly stdout: string } | undefined;
}

/** The figures that requirements name. One that cannot be read is left out: it was not measured. */
export function figuresOf(output: ToolOutput): Readonly<Record<string, Measurement>> {
  const tests = output.junit === undefined ? undefined : passed(output.junit);
  const coverage = output.coverage === undefined ? undefined : covered(output.coverage);
  const lint = output.lint === undefined ? undefined : findings(output.lint);
  return {
    ...(tests === undefined ? {} : { testPassPercent: tests }),
    ...(coverage === undefined ? {} : { testCoveragePercent: coverage }),
    ...(lint === undefined ? {} : { lintFindings: lint }),
  };
}

const figure = (value: number, unit: Measurement["unit"], how: string): Measurement => ({
  value,
  unit,
  how,
  samples: [],
});

/** Tests that pass, of those that ran: a skipped test is neither. */
function passed(junit: string): Measurement | undefined {
  const suites = [...junit.matchAll(/<testsuite\s[^>]*>/g)].map(([tag]) => tag);
  const sum = (name: string) =>
    suites.reduce((total, tag) => total + Number(new RegExp(`\\s${name}="(\\d+)"`).exec(tag)?.[1] ?? 0), 0);
  const [tests, bad, skipped] = [sum("tests"), sum("failures") + sum("errors"), sum("skipped")];
  const ran = tests - skipped;
  if (ran <= 0) return undefined;
  const aside = skipped === 0 ? "" : `, ${skipped} skipped`;
  return figure(((ran - bad) / ran) * 100, "percent", `${ran - bad} of ${ran} tests pass${aside}, by pytest`);
}

function covered(json: string): Measurement | undefined {
  try {
    const read = JSON.parse(json) as { totals?: { percent_covered?: unknown } };
    const percent = read.totals?.percent_covered;
    return typeof percent === "number"
      ? figure(percent, "percent", "lines covered by the tests, by coverage")
      : undefined;
  } catch {
    return undefined;
  }
}

/** A linter ends with 1 when it has findings; with another code it could not do its work. */
function findings({ code, stdout }: NonNullable<ToolOutput["lint"]>): Measurement | undefined {
  const found = stdout.split("\n").filter((line) => /^[^\s:]+:\d+:\d+:/.test(line)).length;
  if (code !== 0 && (code !== 1 || found === 0)) return undefined;
  return figure(found, "count", "findings of the project's own linter");
}
