/** One comment that asks for findings to be passed over. */
export interface Pragma {
  /** Whose word it is: what others understand too is never reported as unused or without a reason. */
  readonly tool: "seaworthy" | "hadolint" | "buildkit";
  readonly scope: "next" | "stage" | "global";
  /** As written. */
  readonly ids: readonly string[];
  readonly reason: string | undefined;
  /** The last day on which it holds, `2026-12-31`. */
  readonly until: string | undefined;
  /** `error=true` of BuildKit: what its checks find fails the build. */
  readonly asErrors: boolean;
  readonly line: number;
  /** The comment, without `#`. */
  readonly text: string;
  /** Something stands before the comment on its line. */
  readonly trailing: boolean;
}

/** Every pragma holds one of these; a file with none is not looked at further. */
export const mayHoldPragma = (text: string): boolean => text.includes("ignore=") || /#\s*check\s*=/i.test(text);

const OWN = /^(seaworthy|hadolint)\s+(?:(global|stage)\s+)?ignore\s*=\s*(\S.*)?$/i;
const CHECK = /^check\s*=\s*(\S.*)$/i;
const IDS = /^[\w.-]+(?:\s*,\s*[\w.-]+)*/;

/** Reads a comment, given without its `#`; undefined when it is an ordinary one. */
export function readPragma(comment: string, line: number, trailing = false): Pragma | undefined {
  const text = comment.trim();
  const own = OWN.exec(text);
  if (own !== null) {
    const [, tool = "", scope = "next", rest = ""] = own;
    const ids = IDS.exec(rest)?.[0] ?? "";
    return {
      tool: tool.toLowerCase() === "hadolint" ? "hadolint" : "seaworthy",
      scope: scope.toLowerCase() as Pragma["scope"],
      ids: splitIds(ids),
      ...reasonIn(rest.slice(ids.length)),
      asErrors: false,
      line,
      text,
      trailing,
    };
  }
  const check = CHECK.exec(text)?.[1];
  return check === undefined ? undefined : readCheck(check, { text, line, trailing });
}

/** BuildKit's `check=skip=A,B;error=true`. */
function readCheck(value: string, place: Pick<Pragma, "text" | "line" | "trailing">): Pragma {
  const options = new Map<string, string>();
  for (const part of value.split(";")) {
    const [key = "", ...rest] = part.split("=");
    options.set(key.trim().toLowerCase(), rest.join("=").trim());
  }
  return {
    tool: "buildkit",
    scope: "next",
    ids: splitIds(options.get("skip") ?? ""),
    reason: undefined,
    until: undefined,
    asErrors: options.get("error")?.toLowerCase() === "true",
    ...place,
  };
}

const splitIds = (text: string): readonly string[] =>
  text
    .split(",")
    .map((id) => id.trim())
    .filter(Boolean);

/** What follows the ids: a day, and words. `reason=`, quotes, `--` and `;` before the words are for the eye. */
function reasonIn(rest: string): Pick<Pragma, "reason" | "until"> {
  const until = /(?:^|[\s;])until=(\d{4}-\d{2}-\d{2})\b/i.exec(rest);
  const words = (until === null ? rest : rest.replace(until[0], " "))
    .replace(/^[\s;:\u2013\u2014-]+/, "")
    .replace(/^reason\s*=\s*/i, "")
    .trim()
    .replace(/^(["'])(.*)\1$/, "$2")
    .trim();
  return { reason: words === "" ? undefined : words, until: until?.[1] };
}
