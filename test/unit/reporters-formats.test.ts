import { describe, expect, it } from "vitest";
import type { Finding, Report } from "../../src/model/types.ts";
import { junit } from "../../src/reporters/junit.ts";
import { markdown } from "../../src/reporters/markdown.ts";
import { sarif } from "../../src/reporters/sarif.ts";
import { changeOf, directionOf, figureRows } from "../../src/reporters/view/figures.ts";
import { cell, plain } from "../../src/reporters/view/markdown-text.ts";
import { escapeXml } from "../../src/reporters/view/xml.ts";
import { passingReport, sampleReport } from "../golden/sample-report.ts";
import { EVIL, withAfter, withText } from "../support/changed-report.ts";

describe("markdown", () => {
  const text = async (report: Report) => await markdown.render(report);

  it("shows foreign text as text", async () => {
    const written = await text(withText(EVIL));
    for (const markup of ["<script", "@team", "\u001b", "\u202e", "\u0000"]) expect(written).not.toContain(markup);
    expect(plain("*a* _b_ [c](http://d)")).toBe("\\*a\\* \\_b\\_ \\[c\\](http&#58;//d)");
    expect(cell("a | `b | c`")).toBe("a \\| `b \\| c`");
  });

  it("names the folders of the contract to which no request of the proof wrote", async () => {
    const writable = { needed: ["/tmp/x"], basis: "4 requests", folders: [] };
    const contract = { ...sampleReport.contract, writablePaths: ["/tmp", "/app/uploads"] };
    const written = await text({ ...sampleReport, advice: { writable }, contract });
    expect(written).toContain("The contract also names /app/uploads, which none of this wrote to.");
  });

  it("never calls unproven a pass", async () => {
    const line = (await text(sampleReport))
      .split("\n")
      .find((candidate) => candidate.startsWith("| Answers while it stops"));
    expect(line).toMatch(/❔ unproven/);
    expect(line).not.toMatch(/✅/);
  });

  it("fits into a comment, and says what it left out", async () => {
    const many = Array.from({ length: 3000 }, (_, index): Finding => ({
      rule: `rule-${index}`,
      severity: "note",
      confidence: "likely",
      message: "m".repeat(60),
      advice: "a",
    }));
    const written = await text(withAfter({ findings: many }));
    expect(written.length).toBeLessThan(65_536);
    expect(written).toContain("1 more in report.html");
  });

  it("shows the step at which the build failed, and the end of its log", async () => {
    const { buildSide } = sampleReport.after;
    if (buildSide === undefined) throw new Error("the sample was built");
    const log = ["```", ...Array.from({ length: 60 }, (_, index) => `line ${index}`)];
    const written = await text(
      withAfter({ image: undefined, buildSide: { ...buildSide, failure: { step: "RUN uv sync", log } } }),
    );
    expect(written).toContain("The build failed at `RUN uv sync`");
    expect(written).toContain("line 59");
    expect(written).not.toContain("line 9\n");
  });
});

describe("junit", () => {
  it("counts what it holds, unproven as an error", async () => {
    const text = await junit.render(sampleReport);
    expect(text).toContain('<testsuites name="seaworthy" tests="14" failures="1" errors="2">');
    expect(text.match(/<testcase /g)).toHaveLength(14);
    expect(text.match(/<error type="unproven"/g)).toHaveLength(2);
    expect(text.match(/<skipped /g)).toHaveLength(2);
    const passing = await junit.render(passingReport);
    expect(passing).not.toMatch(/<error|<failure/);
  });

  it("escapes foreign text", async () => {
    const text = await junit.render(withText(EVIL));
    expect(text).not.toMatch(/<script|]]>/);
    // oxlint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u0000-\u0008\u000b\u001b]/);
    expect(escapeXml('a<b>&"\n\u0000')).toBe("a&lt;b&gt;&amp;&quot;&#10;\ufffd");
  });

  it("fails for no error that the rules still find, since the run does not, and has a case when they find nothing", async () => {
    const text = await junit.render(withText("x"));
    expect(text).toMatch(/name="reactbin-api: rules" tests="\d+" failures="0"/);
    expect(text).toContain("<system-out>error: ");
    expect(await junit.render(withAfter({ findings: [] }))).toContain("no findings in Dockerfile.prod");
  });
});

describe("sarif", () => {
  interface Result {
    ruleId: string;
    ruleIndex: number;
    kind?: string;
    level: string;
    partialFingerprints: Record<string, string>;
    locations: Array<{ physicalLocation: { artifactLocation: { uri: string } } }>;
    relatedLocations?: unknown[];
    fixes?: Array<{ artifactChanges: Array<{ replacements: unknown[] }> }>;
  }
  interface Log {
    version: string;
    runs: Array<{
      tool: { driver: { rules: Array<{ id: string; shortDescription: { text: string } }> } };
      results: Result[];
    }>;
  }
  const parsed = async (report: Report) => JSON.parse(await sarif.render(report)) as Log;
  const prints = (log: Log) =>
    log.runs.flatMap(({ results }) => results.map((result) => result.partialFingerprints["seaworthy/v1"]));

  it("names the rule of each result, in the catalogue's words where it has them", async () => {
    const { runs } = await parsed(sampleReport);
    for (const { tool, results } of runs)
      for (const { ruleId, ruleIndex, locations } of results) {
        expect(tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
        expect(locations).toHaveLength(1);
      }
    const titles = runs[0]?.tool.driver.rules.map((rule) => rule.shortDescription.text);
    expect(titles).toEqual(["The base image has a tag that moves", "Lock not tracked", "Root user"]);
  });

  it("keeps a finding's fingerprint when lines move, and tells equal findings apart", async () => {
    const moved = sampleReport.before.findings.map((finding) =>
      finding.where === undefined ? finding : { ...finding, where: { ...finding.where, line: finding.where.line + 7 } },
    );
    const original = prints(await parsed(sampleReport));
    expect(prints(await parsed({ ...sampleReport, before: { ...sampleReport.before, findings: moved } }))).toEqual(
      original,
    );
    const [first] = sampleReport.before.findings;
    const twice = {
      ...sampleReport,
      before: { ...sampleReport.before, findings: [first, first].filter((one) => one !== undefined) },
    };
    const [a, b] = prints(await parsed(twice));
    expect(a).not.toBe(b);
  });

  it("carries fixes, related places and open checks", async () => {
    const [before, after] = (await parsed(sampleReport)).runs;
    expect(before?.results[0]?.fixes?.[0]?.artifactChanges[0]?.replacements).toEqual([
      { deletedRegion: { charOffset: 5, charLength: 8 }, insertedContent: { text: "python:3.13-slim" } },
    ]);
    expect(before?.results[1]?.relatedLocations).toHaveLength(1);
    expect(after?.results.find(({ ruleId }) => ruleId === "drains")).toMatchObject({ kind: "open", level: "none" });
    expect((await parsed(passingReport)).runs[1]?.results.map(({ ruleId }) => ruleId)).toEqual([
      "base-not-digest-pinned",
    ]);
  });

  it("writes paths as URIs", async () => {
    const { runs } = await parsed(withText("x"));
    const evil = runs[1]?.results.find(({ ruleId, kind }) => ruleId === "evil" && kind === undefined);
    expect(evil?.locations[0]?.physicalLocation.artifactLocation.uri).toBe("a%20b/%C3%BC%25.py");
  });
});

it("gives SARIF's rules the level and precision that analyze gives them, and writes no secret", async () => {
  const finding: Finding = {
    rule: "credentials-in-url",
    severity: "error",
    confidence: "likely",
    message: "postgresql://app:hunter2hunter2@db/app is in ENV\u001b[31m.",
    advice: "Take it out.",
    provenBy: ["no-secrets-in-configuration"],
  };
  const judging = {
    severity: "error",
    confidence: "likely",
    category: "security",
    aliases: [],
    since: "0.1.0",
    provenBy: ["no-secrets-in-configuration"],
  } as const;
  const entry = { id: finding.rule, title: "t", why: "w", advice: "a", source: "s", judging };
  const text = await sarif.render({
    ...sampleReport,
    catalogue: { rules: [entry], checks: [] },
    before: { ...sampleReport.before, findings: [finding] },
  });
  expect(text).not.toContain("hunter2hunter2");
  expect(text).not.toContain("\\u001b");
  const [run] = JSON.parse(text).runs;
  expect(run.results[0].properties).toEqual({ confidence: "likely", provenBy: judging.provenBy });
  const rule = run.tool.driver.rules.find(({ id }: { id: string }) => id === finding.rule);
  expect(rule.defaultConfiguration).toEqual({ level: "error" });
  expect(rule.properties).toMatchObject({ precision: "high", "security-severity": "8.0" });
});

it("gives SARIF's checks the level that the catalogue gives them, whatever a team made of it", async () => {
  const check = { id: "little-waste", title: "t", why: "w", source: "s", severity: "warning" } as const;
  const result = { id: check.id, title: "t", status: "fail", severity: "error", message: "m", evidence: [] } as const;
  const text = await sarif.render({
    ...sampleReport,
    catalogue: { rules: [], checks: [check] },
    after: { ...sampleReport.after, checks: [result] },
  });
  const [, run] = JSON.parse(text).runs;
  const rule = run.tool.driver.rules.find(({ id }: { id: string }) => id === check.id);
  expect(rule.defaultConfiguration).toEqual({ level: "warning" });
  expect(run.results.find(({ ruleId }: { ruleId: string }) => ruleId === check.id).level).toBe("error");
});

describe("figureRows", () => {
  const row = (report: Report, id: string) => {
    const found = figureRows(report).find((candidate) => candidate.id === id);
    if (found === undefined) throw new Error(`no row ${id}`);
    return found;
  };

  it("puts the two sides side by side", () => {
    expect(changeOf(row(sampleReport, "bytes"))).toBe("−82 %");
    expect(directionOf(row(sampleReport, "bytes"))).toBe("better");
    expect(changeOf(row(sampleReport, "layers"))).toBe("same");
    expect(changeOf(row(sampleReport, "drains"))).toBe("");
    expect(row(sampleReport, "start-up").label).toBe("Start-up");
  });

  it("says that all went only where nothing is left", () => {
    const layers = (after: number) =>
      changeOf({
        ...row(sampleReport, "bytes"),
        before: { value: 2_010_000, samples: [] },
        after: { value: after, samples: [] },
      });
    expect(layers(3380)).toBe("−99.8 %");
    expect(layers(1)).toBe("−99.9 %");
    expect(layers(0)).toBe("−100 %");
  });

  it("calls a worse figure worse, and noise neither", () => {
    const worse = { ...sampleReport, before: sampleReport.after, after: sampleReport.before };
    expect(directionOf(row(worse, "bytes"))).toBe("worse");
    expect(changeOf(row(worse, "bytes"))).toBe("×5.5");
    const noise = withAfter({ builds: { warm: 890, samples: { warm: [870, 890, 930] } } });
    expect(directionOf(row(noise, "build-warm"))).toBe("neither");
  });

  it("leaves out what neither side has", () => {
    const none = {
      ...sampleReport,
      before: { ...sampleReport.before, builds: {} },
      after: { ...sampleReport.after, builds: {} },
    };
    expect(figureRows(none).some(({ id }) => id.startsWith("build-"))).toBe(false);
  });
});
