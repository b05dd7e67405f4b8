import { describe, expect, it } from "vitest";
import { parseDockerfile } from "../../../src/dockerfile/parse.ts";
import type { Finding, Severity } from "../../../src/model/types.ts";
import { applyPolicy } from "../../../src/policy/apply.ts";
import { otherTools } from "../../../src/policy/elsewhere-others.ts";
import { elsewhere } from "../../../src/policy/elsewhere.ts";
import { ownFindings } from "../../../src/policy/own-findings.ts";
import { readPragma } from "../../../src/policy/pragma.ts";
import { rulesNamed } from "../../../src/policy/rule-ids.ts";
import { reaches } from "../../../src/policy/settings.ts";
import { checks } from "../../../src/checks/index.gen.ts";
import { rules } from "../../../src/rules/index.gen.ts";

const finding = (rule: string, line?: number, file = "Dockerfile"): Finding => ({
  rule,
  severity: "warning",
  confidence: "certain",
  message: `${rule} at ${line}`,
  ...(line === undefined ? {} : { where: { file, line } }),
  advice: "Mend it.",
});

function judge(
  text: string,
  findings: readonly Finding[],
  options: Partial<Omit<Parameters<typeof applyPolicy>[0], "policy">> & { readonly policy?: object } = {},
) {
  return applyPolicy({
    findings,
    dockerfile: parseDockerfile("Dockerfile", text),
    files: [],
    rules,
    today: "2026-11-21",
    ...options,
    policy: { severity: {}, ignore: [], rulesSince: undefined, ...options.policy },
  });
}

const left = (judged: ReturnType<typeof judge>) =>
  judged.findings.map(({ rule, where }) => `${rule}${where === undefined ? "" : `:${where.line}`}`);

describe("a comment in a Dockerfile", () => {
  const shell = finding("shell-form-cmd", 3);

  it("takes out what the instruction below it has, with its reason", () => {
    const judged = judge('FROM a\n# seaworthy ignore=shell-form-cmd reason="a demo"\nCMD a b\n', [shell]);
    expect(left(judged)).toEqual([]);
    expect(judged.suppressed).toEqual([
      {
        ...shell,
        suppression: { by: "comment", justification: "a demo", where: { file: "Dockerfile", line: 2 } },
      },
    ]);
  });

  it.each([
    ["another rule", "# seaworthy ignore=runs-as-root x", ["shell-form-cmd:3", "ignore-unused:2"]],
    ["no reason", "# seaworthy ignore=shell-form-cmd", ["ignore-without-reason:2"]],
    ["a rule that there is not", "# seaworthy ignore=shell-form x", ["shell-form-cmd:3", "ignore-unknown-rule:2"]],
    ["no rule", "# seaworthy ignore=", ["shell-form-cmd:3", "ignore-unknown-rule:2"]],
    ["a day that has passed", "# seaworthy ignore=DL3025 until=2026-11-20 x", ["shell-form-cmd:3", "ignore-expired:2"]],
    ["a day that is today", "# seaworthy ignore=DL3025 until=2026-11-21 x", []],
    ["one of two", "# seaworthy ignore=shell-form-cmd, runs-as-root x", ["ignore-unused:2"]],
    ["another tool's id", "# seaworthy ignore=dl3025 x", []],
    ["hadolint's pragma", "# hadolint ignore=DL3025", []],
    ["hadolint's pragma for something else", "# hadolint ignore=DL3008,DL3002", ["shell-form-cmd:3"]],
    ["BuildKit's check", "# check=skip=JSONArgsRecommended", []],
    ["all of BuildKit's checks", "#check=skip=all", []],
    ["another of BuildKit's checks", "# check=skip=StageNameCasing", ["shell-form-cmd:3"]],
    ["an ordinary comment", "# seaworthy is a tool; ignore it", ["shell-form-cmd:3"]],
    ["something else's comment", "# notseaworthy ignore=shell-form-cmd x", ["shell-form-cmd:3"]],
  ])("%s", (_, comment, expected) => {
    expect(left(judge(`FROM a\n${comment}\nCMD a b\n`, [shell]))).toEqual(expected);
  });

  it("does not reach the next instruction but one", () => {
    const judged = judge("FROM a\n# seaworthy ignore=shell-form-cmd x\nUSER b\nCMD a\n", [
      finding("shell-form-cmd", 4),
    ]);
    expect(left(judged)).toEqual(["shell-form-cmd:4", "ignore-unused:2"]);
  });

  it("is unused below the last instruction", () => {
    const own = judge("FROM a\nUSER b\nCMD a b\n# seaworthy ignore=shell-form-cmd x\n", [shell]);
    expect(left(own)).toEqual(["shell-form-cmd:3", "ignore-unused:4"]);
    expect(left(judge("FROM a\nUSER b\nCMD a b\n# hadolint ignore=DL3025\n", [shell]))).toEqual(["shell-form-cmd:3"]);
  });

  it("may stand within the instruction it is for, also in a script", () => {
    const text =
      "FROM a\nRUN a \\\n  # seaworthy ignore=sudo-in-image x\n  && sudo b\nRUN <<EOF\n# seaworthy ignore=sudo-in-image x\nsudo c\nEOF\n";
    expect(left(judge(text, [finding("sudo-in-image", 4), finding("sudo-in-image", 7)]))).toEqual([]);
  });

  it("is none in a file that a heredoc writes", () => {
    const text = "FROM a\nCOPY <<EOF /x\n# seaworthy ignore=sudo-in-image x\nEOF\nRUN sudo b\n";
    expect(left(judge(text, [finding("sudo-in-image", 5)]))).toEqual(["sudo-in-image:5"]);
  });

  it("speaks for a stage, or for the whole file and what has no place", () => {
    const text = "# seaworthy stage ignore=DL3042 x\nFROM a AS one\nRUN b\nFROM a\nRUN c\n";
    const found = [finding("pip-cache-in-image", 3), finding("pip-cache-in-image", 5)];
    expect(left(judge(text, found))).toEqual(["pip-cache-in-image:5"]);
    const whole = "FROM a AS one\nRUN b\nFROM a\n# seaworthy global ignore=DL3042,healthcheck-missing x\nRUN c\n";
    expect(left(judge(whole, [...found, finding("healthcheck-missing")]))).toEqual([]);
  });

  it("raises what BuildKit was told to fail on", () => {
    const text =
      "# syntax=docker/dockerfile:1\n# check=skip=WorkdirRelativePath;error=true\nFROM a\nWORKDIR b\nCMD a\n";
    const { findings } = judge(text, [
      finding("relative-workdir", 4),
      finding("shell-form-cmd", 5),
      finding("runs-as-root", 5),
    ]);
    expect(findings.map(({ rule, severity }) => [rule, severity])).toEqual([
      ["shell-form-cmd", "error"],
      ["runs-as-root", "warning"],
    ]);
  });

  it("survives odd line ends and a byte order mark", () => {
    const text = "\ufeff# seaworthy global ignore=runs-as-root x\r\nFROM a\r\nCMD a\r\n";
    expect(judge(text, [finding("runs-as-root", 3)]).suppressed).toHaveLength(1);
  });
});

describe("a comment in another file", () => {
  const text =
    "a: 1\n# seaworthy ignore=port-mismatch one\n\n# more\nb: 2\nc: 3 # seaworthy ignore=port-mismatch two\nd: http://x#seaworthy ignore=y\n";
  const at = (line: number) => finding("port-mismatch", line, "compose.yaml");

  it("speaks for its own line, or for the next one with content", () => {
    const judged = judge("FROM a\n", [at(1), at(5), at(6), at(7)], { files: [["compose.yaml", text]] });
    expect(left(judged)).toEqual(["port-mismatch:1", "port-mismatch:7"]);
    expect(judged.suppressed.map(({ suppression }) => suppression.justification)).toEqual(["one", "two"]);
  });

  it("is reported when it ignores nothing", () => {
    expect(left(judge("FROM a\n", [], { files: [["compose.yaml", text]] }))).toEqual([
      "ignore-unused:2",
      "ignore-unused:6",
    ]);
  });
});

describe("seaworthy.yaml", () => {
  it("settles severities, also by another tool's id", () => {
    const policy = { severity: { DL3025: "note", "runs-as-root": "error" } satisfies Record<string, Severity> };
    const { findings } = judge("FROM a\n", [finding("shell-form-cmd", 1), finding("runs-as-root", 1)], { policy });
    expect(findings.map(({ severity }) => severity)).toEqual(["note", "error"]);
  });

  it("takes a rule out, in one file, until a day, with its reason", () => {
    const entry = { rule: "runs-as-root", reason: "a demo" };
    const ignoring = (more: object) =>
      judge("FROM a\n", [finding("runs-as-root", 1)], { policy: { ignore: [{ ...entry, ...more }] } });
    expect(ignoring({}).suppressed[0]?.suppression).toEqual({ by: "configuration", justification: "a demo" });
    expect(ignoring({ file: "Dockerfile" }).findings).toEqual([]);
    expect(ignoring({ until: "2026-11-21" }).findings).toEqual([]);
    expect(ignoring({ file: "other" }).findings).toHaveLength(1);
    expect(ignoring({ until: "2026-11-20" }).findings).toHaveLength(1);
  });

  it("makes no comment unused that says the same", () => {
    const policy = { ignore: [{ rule: "runs-as-root", reason: "a demo" }] };
    const text = "# seaworthy ignore=runs-as-root x\nFROM a\n";
    const judged = judge(text, [finding("runs-as-root", 2)], { policy });
    expect(judged.findings).toEqual([]);
    expect(judged.suppressed.map(({ suppression }) => suppression.by)).toEqual(["configuration"]);
  });

  it("keeps rules of later versions from failing", () => {
    const newer = rules.map((rule) => ({ ...rule, since: rule.id === "runs-as-root" ? "0.10.0" : "0.9.0" }));
    const of = (rulesSince: string | undefined, severity = {}) =>
      judge("FROM a\n", [finding("runs-as-root", 1), finding("shell-form-cmd", 1)], {
        rules: newer,
        policy: { rulesSince, severity },
      }).findings.map((one) => one.severity);
    expect(of("0.9.0")).toEqual(["note", "warning"]);
    expect(of("0.10.0")).toEqual(["warning", "warning"]);
    expect(of("0.9.0", { "runs-as-root": "error" })).toEqual(["error", "warning"]);
  });
});

it("reads reasons however they are written", () => {
  const reason = (comment: string) => readPragma(comment, 1)?.reason;
  expect(reason("seaworthy ignore=a the words")).toBe("the words");
  expect(reason("seaworthy ignore=a; reason=the words")).toBe("the words");
  expect(reason("seaworthy ignore=a,b -- the words")).toBe("the words");
  expect(reason("seaworthy ignore=a until=2027-01-01 reason=\"the 'words'\"")).toBe("the 'words'");
  expect(reason("seaworthy ignore=a reason=")).toBeUndefined();
});

it("counts from a severity on", () => {
  expect(reaches("error", "error")).toBe(true);
  expect(reaches("warning", "error")).toBe(false);
  expect(reaches("note", "note")).toBe(true);
  expect(reaches("error", "never")).toBe(false);
});

it("says what is done about each of hadolint's rules and BuildKit's checks", () => {
  const aliases = new Set(rules.flatMap((rule) => rule.aliases));
  const known = (id: string) => aliases.has(id) || elsewhere(id) !== undefined;
  const hadolint = [1001, ...range(3000, 3067), 4000, 4001, 4003, 4004, 4005, 4006].map((number) => `DL${number}`);
  const gone = new Set(["DL3005", "DL3017", "DL3031", "DL3039"]);
  expect(hadolint.filter((id) => !known(id) && !gone.has(id))).toEqual([]);
  expect(elsewhere("sc2086")).toContain("ShellCheck");
  expect(elsewhere("XY1234")).toBeUndefined();
});

it("says the same of the other tools' checks, by each form of their ids", () => {
  const isKnown = (id: string) => rulesNamed(id, rules).length > 0 || elsewhere(id) !== undefined;
  const several = (prefix: string, from: number, to: number, digits: number) =>
    range(from, to).map((number) => prefix + String(number).padStart(digits, "0"));
  const ids = [
    // 80 and 81 were never given out, nor were trivy's 3, 18 and 28.
    ...several("DF", 1, 87, 3).filter((id) => !/08[01]$/.test(id)),
    ...several("DS-", 1, 31, 4).filter((id) => !/(?:03|18|28)$/.test(id)),
    ...several("CKV_DOCKER_", 1, 11, 1),
    ...several("CKV2_DOCKER_", 1, 17, 1),
    ...several("CIS-DI-", 1, 11, 4),
    ...several("DKL-DI-", 1, 6, 4),
    ...several("DKL-LI-", 1, 3, 4),
  ];
  expect(ids.filter((id) => !isKnown(id))).toEqual([]);
  for (const same of ["DS002", "ds-0002", "AVD-DS-0002", "trivy:AVD-DS-0002", "dockle/CIS-DI-0001", "CKV_DOCKER_8"])
    expect(rulesNamed(same, rules)).toContain("runs-as-root");
  expect(rulesNamed("tally/no-unreachable-stages", rules)).toEqual(["unreachable-stage"]);
  expect(rulesNamed("dockerfilelint/sudo_usage", rules)).toEqual(["sudo-in-image"]);
  expect(elsewhere("tally/eol-last")).toContain("style");
  expect(elsewhere("tally/hadolint/none")).toBeUndefined();
});

it("names no rule or check of ours that does not exist, where it sends somebody to one", () => {
  const ours = new Set([...rules, ...checks, ...Object.values(ownFindings)].map(({ id }) => id));
  const named = otherTools().flatMap(([, said]) => [...said.matchAll(/`([a-z]+(?:-[a-z]+)+)`/g)].map(([, id]) => id));
  expect(named.filter((id) => id === undefined || !ours.has(id))).toEqual([]);
});

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
