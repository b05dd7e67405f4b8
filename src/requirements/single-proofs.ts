import { formatBytes, formatMilliseconds } from "../kit/units.ts";
import type { CheckResult, Limit, Measurement, Proof, TextMatch, Verdict } from "../model/types.ts";
import { figures } from "./figures.ts";
import type { Judged, JudgedSide, Subject } from "./subject.ts";

type Of<Kind extends Proof["kind"]> = Extract<Proof, { readonly kind: Kind }>;

const pass = (message: string): Verdict => ({ status: "pass", message });
const fail = (message: string): Verdict => ({ status: "fail", message });
const unproven = (message: string): Verdict => ({ status: "unproven", message });

export function judgeCheck({ id, limit }: Of<"check">, { after, before }: Subject): Judged {
  const resultOf = (side: JudgedSide) => side.checks.find((check) => check.id === id);
  const found = resultOf(after);
  return {
    proof: `check ${id}`,
    after: checkVerdict(id, found, limit),
    before: before === undefined ? undefined : checkVerdict(id, resultOf(before), limit),
    files: found?.evidence ?? [],
    parts: [],
  };
}

function checkVerdict(id: string, result: CheckResult | undefined, limit: Limit | undefined): Verdict {
  if (result === undefined) return unproven(`The check ${id} did not run.`);
  const { message, measured, unproven: parts = [] } = result;
  // Whoever demands it by name wants it measured: that nobody could is no reason to let it go. And what the team accepts
  // for the image, it has still demanded.
  const open = result.status === "not-applicable" && parts.length > 0 ? "unproven" : result.status;
  const status = result.was ?? open;
  const verdict: Verdict = { status, message, ...(measured === undefined ? {} : { measured }) };
  return limit === undefined ? verdict : withinLimit(id, verdict, limit);
}

function withinLimit(id: string, verdict: Verdict, limit: Limit): Verdict {
  const { status, message, measured } = verdict;
  // What the image alone does not promise may be measured all the same, and the requirement brings its own limit.
  const isMeasured = status === "not-applicable" && measured !== undefined;
  if (status !== "pass" && !isMeasured) return verdict;
  if (measured === undefined) return unproven(`The check ${id} measured nothing to compare with ${limit.text}.`);
  const value = measured.unit === "seconds" ? measured.value * 1000 : measured.value;
  const unit = measured.unit === "seconds" ? "ms" : measured.unit;
  if (unit !== limit.unit) return unproven(`The check ${id} measures in ${measured.unit}, not as in ${limit.text}.`);
  const holds = limit.operator === "<=" ? value <= limit.value : value >= limit.value;
  const said = `${inWords(measured)} (required ${limit.text}).`;
  return { ...(holds ? pass(`${message} ${said}`) : fail(`${said} ${message}`)), measured };
}

function inWords({ value, unit }: Measurement): string {
  if (unit === "bytes") return formatBytes(value);
  return unit === "count" ? String(value) : formatMilliseconds(unit === "seconds" ? value * 1000 : value);
}

export function judgeRule({ id }: Of<"rule">, { after, before }: Subject): Judged {
  return {
    proof: `rule ${id}`,
    after: ruleVerdict(id, after),
    before: before === undefined ? undefined : ruleVerdict(id, before),
    files: [],
    parts: [],
  };
}

function ruleVerdict(id: string, { findings }: JudgedSide): Verdict {
  const found = findings.filter(({ rule }) => rule === id);
  if (found.length === 0) return pass(`The rule ${id} finds nothing.`);
  const [first] = found;
  const place = first?.where === undefined ? "" : `${first.where.file}:${first.where.line}: `;
  const more = found.length === 1 ? "" : ` And ${found.length - 1} more.`;
  return fail(`${place}${first?.message ?? id}${more}`);
}

export function judgeFigure(proof: Of<"figure">, { after, before }: Subject): Judged {
  return {
    proof: `figure ${proof.name}`,
    after: figureVerdict(proof, after, before),
    // A reduction is what the rework brought: today's image has none.
    before:
      before === undefined || proof.name.includes("Reduction") ? undefined : figureVerdict(proof, before, undefined),
    files: [],
    parts: [],
  };
}

function figureVerdict(
  { name, atMost, atLeast }: Of<"figure">,
  side: JudgedSide,
  other: JudgedSide | undefined,
): Verdict {
  const figure = figures[name];
  const value = figure?.read(side, other);
  if (figure === undefined || value === undefined) return unproven(`The run did not measure ${name}.`);
  const say = (number: number) => `${Number(number.toFixed(number < 10 ? 2 : 1))}${figure.unit && ` ${figure.unit}`}`;
  const limits = [
    ...(atMost === undefined ? [] : [`at most ${say(atMost)}`]),
    ...(atLeast === undefined ? [] : [`at least ${say(atLeast)}`]),
  ];
  const said = `${name} is ${say(value)} (required: ${limits.join(", ")}).`;
  const holds = (atMost === undefined || value <= atMost) && (atLeast === undefined || value >= atLeast);
  return holds ? pass(said) : fail(said);
}

export function judgeDecision({ id, chooses }: Of<"decision">, { decisions }: Subject): Judged {
  const found = decisions.find((decision) => decision.id === id);
  const verdict = () => {
    if (found === undefined) return fail(`The plan has no decision \`${id}\`.`);
    const said = `Decided (\`${id}\`): ${found.choice}.`;
    if (chooses === undefined || occurs(chooses, found.choice)) return pass(said);
    return fail(`${said} It was to choose ${matchInWords(chooses)}.`);
  };
  return { proof: `decision ${id}`, after: verdict(), before: undefined, files: [], parts: [] };
}

export function judgeFile({ path, has, lacks }: Of<"file">, { files }: Subject): Judged {
  const file = files.find((one) => one.path === path);
  const verdict = () => {
    if (file === undefined)
      return fail(
        `The rework does not write ${path}; it writes ${files.map((one) => one.path).join(", ") || "nothing"}.`,
      );
    if (has !== undefined && !occurs(has, file.content)) return fail(`${path} does not contain ${matchInWords(has)}.`);
    if (lacks !== undefined && occurs(lacks, file.content)) return fail(`${path} contains ${matchInWords(lacks)}.`);
    const said = [
      ...(has === undefined ? [] : [`contains ${matchInWords(has)}`]),
      ...(lacks === undefined ? [] : [`does not contain ${matchInWords(lacks)}`]),
    ];
    return pass(`${path} ${said.join(" and ") || "is written"}.`);
  };
  return { proof: `file ${path}`, after: verdict(), before: undefined, files: [], parts: [] };
}

/** The rework touches nothing else: a path that ends in `/` stands for the whole folder. */
export function judgeWrites({ paths }: Of<"writes-only">, { files }: Subject): Judged {
  const allowed = (path: string) => paths.some((one) => (one.endsWith("/") ? path.startsWith(one) : path === one));
  const others = files.map(({ path }) => path).filter((path) => !allowed(path));
  const after =
    others.length > 0
      ? fail(`The rework also writes ${others.join(", ")}.`)
      : pass(`The rework writes ${files.map(({ path }) => path).join(", ") || "nothing"}, and no other file.`);
  return { proof: "files written", after, before: undefined, files: [], parts: [] };
}

const occurs = (match: TextMatch, content: string): boolean =>
  "text" in match ? content.includes(match.text) : new RegExp(match.pattern, "m").test(content);
const matchInWords = (match: TextMatch): string => ("text" in match ? `\`${match.text}\`` : `\`/${match.pattern}/\``);
