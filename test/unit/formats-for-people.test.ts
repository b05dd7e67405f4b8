import { describe, expect, it } from "vitest";
import { formats } from "../../src/formats/index.gen.ts";
import type { Format, Judged } from "../../src/formats/format.ts";
import { demandOf, demands } from "../../src/formats/view/demands.ts";
import type { Finding } from "../../src/model/types.ts";
import { healthcheckMissing } from "../../src/rules/healthcheck-missing.ts";
import { rules } from "../../src/rules/index.gen.ts";
import type { Rule } from "../../src/rules/rule.ts";
import { writesOutsideTmpOnReadOnly } from "../../src/rules/writes-outside-tmp-on-read-only.ts";
import { clean, evil, judged, written, parsed, ALL, faulty, context, shell } from "../support/judged-services.ts";

describe("text", () => {
  it("breaks no line of a file or a pipe, and fits a terminal", () => {
    const text = formats.find(({ id }) => id === "text") as Format;
    const lines = (width: number | undefined) =>
      text
        .begin({ ...context, width })
        .add(faulty)
        .trimEnd()
        .split("\n");
    expect(Math.max(...lines(undefined).map((line) => line.length))).toBeGreaterThan(120);
    for (const width of [60, 80, 100])
      expect(lines(width).filter((line) => line.length > width && /^ {4}/.test(line))).toEqual([]);
    const words = (all: readonly string[]) => all.join(" ").replaceAll(/\s+/g, " ");
    expect(words(lines(200))).toBe(words(lines(undefined)));
  });

  it("shows the line and a caret below what is meant", () => {
    expect(written("text", [shell])).toContain(
      "    23 | CMD uvicorn app.main:app --host 0.0.0.0 --port 8000 --timeout-graceful-shutdown 20\n       | ^^^",
    );
    expect(written("text", [shell])).toContain("    fix: Write the command as a JSON array\n");
  });

  it("says how many findings --fix mends, of each service and of all", () => {
    expect(written("text", [shell])).toContain(" notes). `--fix` mends 1 of them.\n");
    expect(written("text", [shell, shell])).toContain(" notes). `--fix` mends 2 of them.\n");
    expect(written("markdown", [shell, faulty])).toContain(" notes). `--fix` mends 1 of them.\n");
    expect(JSON.parse(written("json", [shell, faulty])).summary.fixable).toBe(1);
  });

  it("ends several services with one summary", () => {
    expect(written("text", [clean])).toBe("services/two/Dockerfile: nothing to change.\n");
    expect(written("text", [faulty, clean])).toContain("\n2 services: 2 findings (1 error, 1 warning, 0 notes).\n");
  });

  it.each([
    ["RUN echo '日本' && uv sync", "uv sync", "RUN echo '日本' && uv sync", 19],
    ["RUN\techo é\u0301 && uv\tsync", "uv\tsync", "RUN    echo é\u0301 && uv    sync", 17],
    ["RUN echo 🐍\u0007 && uv sync", "uv sync", "RUN echo 🐍\\x07 && uv sync", 19],
    ["\u{20000} \\", "\\", "\u{20000} \\", 3],
  ])("puts the caret where a terminal shows it: %j", (line, meant, shown, before) => {
    const start = 2 + line.indexOf(meant);
    const one: Finding = { ...evil, where: { file: "f", line: 2, range: { start, end: start + meant.length } } };
    const caret = "^".repeat(meant.replace("\t", "    ").length);
    expect(written("text", [{ ...clean, findings: [{ ...one, related: [] }], read: () => `x\n${line}\n` }])).toContain(
      `\n    2 | ${shown}\n      | ${" ".repeat(before)}${caret}\n`,
    );
  });

  it("marks a whole comment that is meant", () => {
    const one: Finding = { ...evil, where: { file: "f", line: 1 }, related: [] };
    expect(written("text", [{ ...clean, findings: [one], read: () => "  # a b \nx\n" }])).toContain(
      "\n      |   ^^^^^\n",
    );
  });

  it("cuts a long line around the place that is meant", async () => {
    const long = "a".repeat(400);
    const one: Finding = {
      ...evil,
      where: { file: "f", line: 2, column: 301, range: { start: 303, end: 306 } },
      message: "m",
      advice: "a",
    };
    const shown = written("text", [{ ...clean, findings: [one], read: () => `x\n\t${long}\n` }]);
    expect(shown).toMatch(/\n {4}2 \| …a{110}…\n {4} {2}\| {22}\^\^\^\n/);
  });
});

describe("markdown and gaps", () => {
  it.each(["markdown", "gaps"])("%s holds no foreign markup", (id) => {
    for (const markup of ["<script", "@team"]) expect(written(id, ALL)).not.toContain(markup);
  });

  it("sets each requirement against the current state, and lists the debt", () => {
    const table = written("gaps", [faulty]);
    expect(table).toContain("| Requirement | Current state | Gap |");
    expect(table).toMatch(
      /\| The service starts directly[^|]*\| CMD \\\["uv", "run"[^|]*\| \*\*The container starts with `uv run`/,
    );
    expect(table).toMatch(/\| It runs without root \| USER 1001:1001 \| none found \|/);
    expect(table).toMatch(/### Technical debt\n\n1\. \*\*It stops in time/);
    expect(written("gaps", [clean])).toContain("### Technical debt\n\nNone.");
  });

  it("never says that a requirement is met where a note or nothing speaks of it", async () => {
    const gapsOf = async ({ id, examples }: Rule) => {
      const seen = await judged(examples.bad[0] ?? {}, "s");
      return written("gaps", [{ ...seen, findings: seen.findings.filter(({ rule }) => rule === id) }]);
    };
    expect(await gapsOf(healthcheckMissing)).toContain("minor: The image has no HEALTHCHECK");
    expect(await gapsOf(writesOutsideTmpOnReadOnly)).toContain(
      "to be proven by `seaworthy verify`: The code writes to",
    );
    expect(written("gaps", [clean])).toMatch(/read-only root file system \|[^|]*\| none found \|/);
  });

  it("calls nothing clean that the team lives with, or that a short list leaves out", () => {
    const [first] = faulty.findings;
    const suppressed = faulty.findings.map((finding) => ({
      ...finding,
      suppression: { by: "baseline" as const, justification: "old" },
    }));
    const table = written("gaps", [{ ...faulty, findings: [], suppressed, unchanged: 3 }]);
    const demand = demands.find(({ id }) => id === demandOf(first?.rule ?? "")?.id)?.demand ?? "";
    expect(table).toMatch(new RegExp(`\\| ${demand}[^|]*\\|[^\n]*\\| accepted by the team: 1 \\|`));
    expect(table).toContain(`Not shown: ${suppressed.length} in the baseline, 3 on lines that did not change.`);
    expect(written("gaps", [faulty])).not.toContain("Not shown");
  });

  it("knows a demand for every rule, and has no demand without one", () => {
    const asked = new Set(rules.map(({ demand }) => demand));
    const ids = demands.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(rules.filter(({ id }) => demandOf(id) === undefined)).toEqual([]);
    expect(ids.filter((id) => !asked.has(id))).toEqual([]);
  });
});

describe("a finding that is not certain", () => {
  const doubtful: Judged = {
    ...clean,
    findings: [
      {
        ...evil,
        rule: "one",
        message: "m",
        advice: "a",
        confidence: "likely",
        provenBy: ["becomes-healthy", "builds"],
      },
      { ...evil, rule: "two", message: "m", advice: "a", confidence: "needs-proof" },
      { ...evil, rule: "three", message: "m", advice: "a", provenBy: ["builds"] },
    ],
  };

  it("says how sure it is, and which check would settle it", () => {
    const text = written("text", [doubtful]);
    expect(text).toContain("    likely; proven by `seaworthy verify`: becomes-healthy, builds\n");
    expect(text).toContain("    needs proof\n");
    // What is certain says nothing about it.
    expect(text.match(/proven by/g)).toHaveLength(1);
    expect(written("markdown", [doubtful])).toMatch(
      /likely; proven by .{0,3}seaworthy verify.{0,3}: becomes-healthy, builds/,
    );
    expect(parsed("json", [doubtful]).services[0].findings[0].provenBy).toEqual(["becomes-healthy", "builds"]);
    expect(parsed("sarif", [doubtful]).runs[0].results[0].properties).toEqual({
      confidence: "likely",
      provenBy: ["becomes-healthy", "builds"],
    });
  });
});
