import { type Condition, parseMarker } from "./marker-parse.ts";
import { meets } from "./release.ts";
import { normalName } from "./requirement.ts";

/** Where conditions are asked: an image is always Linux with CPython. */
export interface Environment {
  /** `3.12` or `3.12.4`; undefined where nothing says which. */
  readonly python: string | undefined;
}

/** Whether a condition holds with some extras and groups chosen; undefined when it hangs on something that the files do not say, such as the processor. */
export type Holds = (
  marker: string | undefined,
  extras?: readonly string[],
  groups?: readonly string[],
) => boolean | undefined;

/** Every condition holds, on whatever system: for what a lock names at all. */
export const anywhere: Holds = () => undefined;

/** Answers for one environment. Conditions repeat throughout a lock, so each is read once. */
export function conditionsOf(environment: Environment): Holds {
  const read = new Map<string, Condition | undefined>();
  return (marker, extras = [], groups = []) => {
    if (marker === undefined || marker === "") return true;
    if (!read.has(marker)) read.set(marker, parseMarker(marker));
    return ask(read.get(marker), environment, { extras: namesOf(extras), groups: namesOf(groups) });
  };
}

interface Chosen {
  readonly extras: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
}

const namesOf = (names: readonly string[]): ReadonlySet<string> => new Set(names.map(normalName));

/** The variables of PEP 508 that no image of a Python service changes. */
const LINUX: Readonly<Record<string, string>> = {
  os_name: "posix",
  sys_platform: "linux",
  platform_system: "Linux",
  platform_python_implementation: "CPython",
  implementation_name: "cpython",
};
function ask(condition: Condition | undefined, environment: Environment, chosen: Chosen): boolean | undefined {
  if (condition === undefined) return undefined;
  if (condition.kind === "is") return compare(condition, environment, chosen);
  const decides = condition.kind === "or";
  let answer: boolean | undefined = !decides;
  for (const each of condition.of) {
    const one = ask(each, environment, chosen);
    if (one === decides) return decides;
    if (one === undefined) answer = undefined;
  }
  return answer;
}

function compare(
  { left, operator, right }: Extract<Condition, { kind: "is" }>,
  environment: Environment,
  chosen: Chosen,
): boolean | undefined {
  if ("text" in left) {
    if (!("name" in right)) return undefined;
    // `"x" in extras` of PEP 751; otherwise the same question from the other side.
    const names = { extras: chosen.extras, dependency_groups: chosen.groups }[right.name];
    if (names !== undefined && / ?in$/.test(operator)) return names.has(normalName(left.text)) === (operator === "in");
    return compare(
      { kind: "is", left: right, operator: TURNED[operator] ?? operator, right: left },
      environment,
      chosen,
    );
  }
  if (!("text" in right)) return undefined;
  if (left.name === "extra") return extraIs(operator, right.text, chosen.extras);
  if (left.name === "python_version" || left.name === "python_full_version")
    return pythonIs(left.name, operator, right.text, environment.python);
  const value = Object.hasOwn(LINUX, left.name) ? LINUX[left.name] : undefined;
  return value === undefined ? undefined : textIs(value, operator, right.text);
}

const TURNED: Readonly<Record<string, string>> = { "<": ">", ">": "<", "<=": ">=", ">=": "<=" };

function extraIs(operator: string, name: string, extras: ReadonlySet<string>): boolean | undefined {
  // What uv writes for sets that exclude each other; which of them is chosen is not said by extras alone.
  if (/^(?:extra|group|project)-\d+-/.test(name)) return undefined;
  const chosen = extras.has(normalName(name));
  if (operator === "==" || operator === "===") return chosen;
  return operator === "!=" ? !chosen : undefined;
}

function pythonIs(variable: string, operator: string, text: string, python: string | undefined): boolean | undefined {
  if (python === undefined) return undefined;
  // `python_version` has two parts and no more; the patch release counts as zero then.
  const release = variable === "python_version" ? `${python.split(".").slice(0, 2).join(".")}.0` : python;
  if (operator !== "in" && operator !== "not in") return meets(release, `${operator}${text}`);
  const versions = text.split(/[\s,]+/).filter(Boolean);
  const answers = new Set(versions.map((one) => meets(release, `==${one}`)));
  if (!answers.has(true) && answers.has(undefined)) return undefined;
  return answers.has(true) === (operator === "in");
}

function textIs(value: string, operator: string, wanted: string): boolean | undefined {
  switch (operator) {
    case "==":
    case "===":
      return value === wanted;
    case "!=":
      return value !== wanted;
    case "in":
      return wanted.includes(value);
    case "not in":
      return !wanted.includes(value);
    default:
      return undefined;
  }
}
