import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/pipeline/config-schema.ts";
import { expectationOf, identities } from "../../src/pipeline/config-expectations.ts";
import { patternOf } from "../../src/pipeline/config-matches.ts";
import { readStructureTests } from "../../src/pipeline/structure-tests.ts";

const place = { id: "user/a", title: "a", where: "seaworthy.yaml:1" };
const nothing = { has: [], lacks: [] };

function read(...lines: readonly string[]) {
  const result = parseConfig(lines.join("\n"));
  if ("problem" in result) throw new Error(result.problem);
  return { lines: result.config.checkLines, all: (result.config.checks ?? []).map((one) => expectationOf(one, place)) };
}

describe("checks of seaworthy.yaml", () => {
  it("reads every kind, with the line of each", () => {
    const { all, lines } = read(
      "checks:",
      "  - name: a",
      "    http: { method: POST, path: /items, headers: { A: b }, body: '{}', status: 201, contains: ok, json: { '0.id': 1 } }",
      "  - { name: b, command: { run: [python, --version], exit: 3, stdout: { matches: ['^a', '(?i)b'] } } }",
      "  - { name: c, file: { path: /app, exists: false, mode: '0755', owner: '1001:0', lacks: x } }",
      "  - { name: d, log: { contains: listening, stream: stderr, within: 5 } }",
      "  - { name: e, env: { name: A, absent: true } }",
    );
    expect(lines).toEqual([2, 4, 5, 6, 7]);
    expect(all).toMatchObject([
      { kind: "http", method: "POST", status: 201, answer: { has: [{ text: "ok" }] }, json: { "0.id": 1 } },
      {
        kind: "command",
        exit: 3,
        stdout: {
          has: [
            { pattern: "^a", flags: "m" },
            { pattern: "b", flags: "im" },
          ],
        },
      },
      { kind: "file", exists: false, mode: "0755", uid: 1001, gid: 0, content: { lacks: [{ text: "x" }] } },
      { kind: "log", line: { text: "listening" }, stream: "stderr", within: 5 },
      { kind: "configuration", env: [{ name: "A", value: "absent" }] },
    ]);
  });

  it("fills in what is not said", () => {
    const { all } = read("checks:", "  - { name: a, http: { path: / } }", "  - { name: b, file: { path: /a } }");
    expect(all).toMatchObject([
      { method: "GET", status: 200, body: undefined, answer: nothing, json: {} },
      { exists: true, mode: undefined, uid: undefined, content: nothing },
    ]);
  });

  it.each([
    ["checks:\n  - { http: { path: / } }", /^checks\.0: `name` is missing/, 2],
    ["checks:\n  - name: a", /^checks\.0: is to have exactly one of http, command/, 2],
    ["checks:\n  - { name: a, http: { path: / }, log: { contains: b } }", /^checks\.0: is to have exactly one/, 2],
    ["checks:\n  - name: a\n    http: { path: items }", /^checks\.0\.http\.path: is to be an absolute path/, 3],
    ["checks:\n  - name: a\n    http:\n      path: /\n      statsu: 2", /^checks\.0\.http\.statsu: unknown key/, 5],
    ["checks:\n  - name: a\n    command: { run: [] }", /^checks\.0\.command\.run: must not be empty/, 3],
    ["checks:\n  - name: a\n    log: { matches: '(' }", /^checks\.0\.log\.matches: is no regular expression/, 3],
    ["checks:\n  - name: a\n    log: { within: 3 }", /either `contains` or `matches`/, 3],
    ["checks:\n  - name: a\n    file: { path: /a, mode: 644 }", /^checks\.0\.file\.mode: is to be a mode/, 3],
    ["checks:\n  - name: a\n    env: { name: A, value: b, absent: true }", /takes one of/, 3],
  ])("names the place of what is wrong in %j", (source, problem, line) => {
    expect(parseConfig(source)).toEqual({
      problem: expect.stringMatching(problem),
      line,
    });
  });

  it("gives each an id of its own", () => {
    const identityOf = identities();
    expect([identityOf("Lists items!"), identityOf("lists items"), identityOf("***")]).toEqual([
      "user/lists-items",
      "user/lists-items-2",
      "user/check",
    ]);
  });
});

it.each([
  ["(?i)ab", { pattern: "ab", flags: "i" }],
  ["(?ms)^a$", { pattern: "^a$", flags: "ms" }],
  ["\\Aa\\z", { pattern: "^a$", flags: "" }],
  ["[[:digit:]]+(?P<n>x)", { pattern: "[0-9]+(?<n>x)", flags: "" }],
])("takes %s of Go's regular expressions", (written, expected) => {
  expect(patternOf(written)).toEqual(expected);
});

describe("a file of container-structure-test", () => {
  const structure = (...lines: readonly string[]) =>
    readStructureTests(["schemaVersion: 2.0.0", ...lines].join("\n"), "structure.yaml", identities());

  it("reads every kind of test", () => {
    const tests = structure(
      "globalEnvVars: [{ key: PATH, value: '/env/bin:$PATH' }]",
      "commandTests:",
      "  - name: tool",
      "    setup: [[touch, /tmp/a]]",
      "    command: tool",
      "    args: [-c, 5]",
      "    envVars: [{ key: A, value: b }]",
      "    expectedOutput: ['^ok']",
      "    excludedError: ['.+']",
      "    exitCode: 2",
      "fileExistenceTests:",
      "  - { name: there, path: /a, shouldExist: true, permissions: '-rw-r--r--', uid: 0, gid: 5, isExecutableBy: any }",
      "  - { name: gone, path: $HOME/b, shouldExist: false }",
      "fileContentTests:",
      "  - { name: text, path: /a, expectedContents: [a], excludedContents: [b] }",
      "metadataTest:",
      "  envVars: [{ key: A, value: '^b', isRegex: true }]",
      "  unboundEnvVars: [{ key: B }]",
      "  labels: [{ key: l, value: v }]",
      "  exposedPorts: ['8000']",
      "  unexposedPorts: [22]",
      "  volumes: [/data]",
      "  entrypoint: []",
      "  cmd: [/bin/bash]",
      "  workdir: /app",
      "  user: 1001",
      "licenseTests:",
      "  - { debian: true, files: [/x] }",
    );
    expect(tests).toMatchObject([
      {
        kind: "command",
        where: "structure.yaml:4",
        argv: ["tool", "-c", "5"],
        setup: [["touch", "/tmp/a"]],
        env: { PATH: "/env/bin:$PATH", A: "b" },
        exit: 2,
        stdout: { has: [{ pattern: "^ok" }] },
        stderr: { lacks: [{ pattern: ".+" }] },
      },
      { kind: "file", path: "/a", exists: true, mode: "-rw-r--r--", uid: 0, gid: 5, executableBy: "any" },
      { kind: "file", path: "$HOME/b", exists: false, expands: true },
      { kind: "file", content: { has: [{ pattern: "a" }], lacks: [{ pattern: "b" }] } },
      {
        kind: "configuration",
        env: [
          { name: "A", value: { pattern: "^b" } },
          { name: "B", value: "absent" },
        ],
        labels: [{ name: "l", value: { text: "v" } }],
        ports: [
          { name: "8000", present: true },
          { name: "22", present: false },
        ],
        volumes: [{ name: "/data", present: true }],
        entrypoint: [],
        command: ["/bin/bash"],
        workdir: "/app",
        user: "1001",
      },
      { kind: "licences", debian: true, files: ["/x"] },
    ]);
  });

  it("grants no more rights than production gives", () => {
    const [test] = structure(
      "containerRunOptions: { privileged: true, user: root }",
      "commandTests: [{ name: a, command: id }]",
    );
    expect(test).toMatchObject({ unmet: "containerRunOptions: privileged, user" });
  });

  it.each([
    ["schemaVersion: 1.0.0", "schemaVersion: is to be", 1],
    ["schemaVersion: 2.0.0\ncommandTests:\n  - name: a", "commandTests.0: `command` is missing", 3],
    ["schemaVersion: 2.0.0\nfileContentTests:\n  - { name: a, path: /a, expectedContents: ['('] }", "is no regular", 3],
    ["schemaVersion: 2.0.0\ncommandTest: []", "commandTest: unknown key", 2],
    ["schemaVersion: [2.0.0", "must be sufficiently indented", 1],
  ])("refuses %j with file and line", (source, problem, line) => {
    const refused = () => readStructureTests(source, "structure.yaml", identities());
    expect(refused).toThrow(problem);
    expect(refused).toThrow(expect.objectContaining({ where: { file: "structure.yaml", line } }));
  });
});
