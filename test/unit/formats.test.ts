import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import Ajv from "ajv-draft-04";
import { describe, expect, it } from "vitest";
import { formats } from "../../src/formats/index.gen.ts";
import type { Format, Judged } from "../../src/formats/format.ts";
import { demands } from "../../src/formats/view/demands.ts";
import type { Finding } from "../../src/model/types.ts";
import { analyze } from "../../src/pipeline/analyze.ts";
import { memoryTree } from "../../src/project/tree.ts";
import { rules } from "../../src/rules/index.gen.ts";
import { changed, healthy, healthyWith } from "../../src/rules/queries/example.ts";
import type { Project } from "../../src/rules/rule.ts";

const EVIL = "]]> </testsuite> <script>alert('x')</script> | `` ` @team #12 \u001b[31m \u202e \u0000 & \" %\n,:";

async function judged(project: Project, folder: string): Promise<Judged> {
  const tree = memoryTree(project);
  const { service, dockerfile, findings } = await analyze(tree, rules);
  return { folder, service, dockerfile, findings, suppressed: [], unchanged: 0, read: (path) => tree.read(path) };
}

const evil: Finding = {
  rule: "evil",
  severity: "error",
  confidence: "certain",
  message: EVIL,
  advice: EVIL,
  where: { file: "a b/ü%.py", line: 3 },
  related: [{ file: "uv.lock", line: 2, message: EVIL }],
};

const faulty = await judged(
  changed(
    [', "--timeout-graceful-shutdown", "20"', ""],
    ['CMD ["uvicorn", "app.main:app"', 'CMD ["uv", "run", "uvicorn", "app.main:app"'],
  ),
  "services/one",
);
const shell = await judged(
  {
    ...healthy,
    Dockerfile: healthyWith([
      'CMD ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "8000", "--timeout-graceful-shutdown", "20"]',
      "CMD uvicorn app.main:app --host 0.0.0.0 --port 8000 --timeout-graceful-shutdown 20",
    ]),
  },
  "",
);
const clean = await judged(healthy, "services/two");
const secret = await judged(changed(["EXPOSE 8000", "ENV DATABASE_PASSWORD hunter2hunter2\nEXPOSE 8000"]), "s");
const withEvil: Judged = { ...clean, folder: "e", findings: [evil] };
const accepted: Judged = {
  ...clean,
  suppressed: faulty.findings.map((finding) => ({
    ...finding,
    suppression: { by: "comment" as const, justification: "known" },
  })),
};
const refused: Judged = {
  ...withEvil,
  folder: "gone",
  service: undefined,
  dockerfile: undefined,
  read: () => undefined,
};
const ALL = [faulty, clean, shell, withEvil, accepted, refused];

const context = { tool: { name: "seaworthy", version: "1.2.3" }, rules, colour: false };
function written(id: string, services: readonly Judged[]): string {
  const format = formats.find((one) => one.id === id) as Format;
  const writer = format.begin(context);
  return services.map((one) => writer.add(one)).join("") + writer.end();
}
const parsed = (id: string, services: readonly Judged[]) => JSON.parse(written(id, services));

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
    expect(table).toMatch(/\| It runs without root \| USER 1001:1001 \| none \|/);
    expect(table).toMatch(/### Technical debt\n\n1\. \*\*It stops in time/);
    expect(written("gaps", [clean])).toContain("### Technical debt\n\nNone.");
  });

  it("knows a demand for every rule, and no other rules", () => {
    const named = demands.flatMap((demand) => demand.rules);
    expect(new Set(named).size).toBe(named.length);
    const ids = rules.map(({ id }) => id);
    expect(ids.filter((id) => !named.includes(id))).toEqual([]);
    expect(named.filter((id) => !ids.includes(id) && id !== "file-cannot-be-read")).toEqual([]);
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
