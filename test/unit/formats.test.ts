import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import Ajv from "ajv-draft-04";
import { describe, expect, it } from "vitest";
import { formats } from "../../src/formats/index.gen.ts";
import type { Judged } from "../../src/formats/format.ts";
import { healthy } from "../../src/rules/queries/example.ts";
import {
  parsed,
  ALL,
  judged,
  refused,
  faulty,
  withEvil,
  clean,
  written,
  secret,
  shell,
} from "../support/judged-services.ts";

it("the samples are what they are taken for", () => {
  expect(faulty.findings.map(({ rule }) => rule).toSorted()).toEqual([
    "no-graceful-shutdown-timeout",
    "runtime-uv-run",
  ]);
  expect(clean.findings).toEqual([]);
  expect(shell.findings.filter(({ fix }) => fix !== undefined)).not.toEqual([]);
});

describe.each(formats.map(({ id }) => id))("%s", (id) => {
  it("shows foreign text as text, and no secret", () => {
    const whole = written(id, ALL);
    for (const character of ["\u001b", "\u202e", "\u0000"]) expect(whole).not.toContain(character);
    expect(written(id, [secret])).not.toContain("hunter2");
  });

  it("names the files as seen from where the command runs", () => {
    expect(written(id, [faulty])).toContain(id === "json" ? `"folder":"services/one"` : "services/one/Dockerfile");
    expect(written(id, [faulty])).toContain("uv run");
  });

  it("survives no services at all", () => {
    expect(() => written(id, [])).not.toThrow();
  });
});

describe("sarif", () => {
  it("is valid against the schema of the standard", () => {
    const file = createRequire(import.meta.url).resolve("@microsoft/jest-sarif");
    const schema = JSON.parse(readFileSync(file.replace(/index\.js$/, "schemas/sarif-2.1.0-rtm.5.json"), "utf8"));
    const ajv = new Ajv.default({
      strict: false,
      unicodeRegExp: false,
      formats: { uri: true, "uri-reference": true, "date-time": true },
    });
    const validate = ajv.compile(schema);
    for (const services of [ALL, [], [clean]]) {
      const valid = validate(parsed("sarif", services));
      expect(validate.errors ?? []).toEqual([]);
      expect(valid).toBe(true);
    }
    expect(validate({ version: "2.1.0", runs: [{ results: [{}] }] })).toBe(false);
  });

  it("brings fixes that do what the edit does, related places, rule metadata and suppressions", () => {
    const [run] = parsed("sarif", ALL).runs;
    const fixed = run.results.find((result: { fixes?: object }) => result.fixes !== undefined);
    const [change] = fixed.fixes[0].artifactChanges;
    expect(change.artifactLocation.uri).toBe("Dockerfile");
    expect(change.replacements[0].deletedRegion.startLine).toBe(23);
    const rule = run.tool.driver.rules[fixed.ruleIndex];
    expect(rule).toMatchObject({ id: "shell-form-cmd", defaultConfiguration: { level: "warning" } });
    expect(rule.help.markdown).toContain("**What to do:**");
    expect(run.results.find(({ ruleId }: { ruleId: string }) => ruleId === "evil").relatedLocations).toHaveLength(1);
    const kept = run.results.filter((result: { suppressions?: object }) => result.suppressions !== undefined);
    expect(kept).toHaveLength(2);
    expect(kept[0].suppressions).toEqual([{ kind: "inSource", status: "accepted", justification: "known" }]);
  });

  it("keeps a finding's fingerprint when lines are added above it", async () => {
    const moved = await judged(
      { ...healthy, Dockerfile: `# one\n# two\n${faulty.dockerfile?.text ?? ""}` },
      "services/one",
    );
    const prints = (one: Judged) =>
      parsed("sarif", [one]).runs[0].results.map(
        (result: { partialFingerprints: object }) => result.partialFingerprints,
      );
    expect(prints(moved)).toEqual(prints(faulty));
    expect(new Set(prints(faulty).map((print: object) => JSON.stringify(print))).size).toBe(2);
  });
});

describe("github", () => {
  it("writes one command for each finding, on one line", () => {
    const lines = written("github", [faulty, withEvil]).trimEnd().split("\n");
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(
      /^::(?:error|warning) file=services\/one\/Dockerfile,line=23,endLine=23,col=\d+,endColumn=\d+,title=[a-z-]+::[^\n]+%0A/,
    );
    expect(lines[2]).toContain("file=e/a b/ü%25.py,line=3,title=evil::]]>");
    expect(lines[2]).toContain("%25%0A,:");
  });
});

describe("junit", () => {
  it("is well-formed, counts, and lets only errors fail", () => {
    const text = written("junit", [faulty, clean, withEvil, refused]);
    expect(text).toContain(
      '<testsuite name="services/one/Dockerfile" tests="2" failures="1" errors="0" skipped="0" time="0">',
    );
    expect(text).toContain('name="no findings"');
    expect(text.match(/<error /g)).toHaveLength(1);
    const opened = [...text.matchAll(/<([a-z-]+)[ >]/g)].map(([, name]) => name);
    const closed = [...text.matchAll(/<\/([a-z-]+)>|(?<=\/)>/g)];
    expect(opened).toHaveLength(closed.length);
    expect(text).not.toContain("<script");
  });
});

describe("codeclimate", () => {
  it("has what GitLab reads, and fingerprints that differ", () => {
    const issues = parsed("codeclimate", [faulty, withEvil]);
    expect(issues).toHaveLength(3);
    for (const issue of issues)
      expect(issue).toMatchObject({
        type: "issue",
        severity: expect.stringMatching(/^(?:major|minor|info)$/),
        location: { path: expect.any(String), lines: { begin: expect.any(Number) } },
        fingerprint: expect.stringMatching(/^[0-9a-f]{32}$/),
      });
    expect(new Set(issues.map(({ fingerprint }: { fingerprint: string }) => fingerprint)).size).toBe(3);
    expect(parsed("codeclimate", [clean])).toEqual([]);
  });
});

describe("json", () => {
  it("has every service and the sums", () => {
    const { services, summary } = parsed("json", ALL);
    expect(services).toHaveLength(6);
    expect(services[0]).toMatchObject({ folder: "services/one", judged: true, dockerfile: "Dockerfile" });
    expect(summary).toMatchObject({ services: 6, refused: 1, suppressed: 2 });
  });
});
