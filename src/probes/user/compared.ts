import type { Match, Sought } from "../../model/types.ts";

/** One thing that was wanted and what was seen of it. Compared where the text is: a file or an answer may be large and
 * may hold what must not be written down. */
export interface Compared {
  readonly what: string;
  readonly wanted: string;
  readonly seen: string;
  readonly holds: boolean;
}

/** What was seen for one check of the team. */
export interface UserSeen {
  readonly compared: readonly Compared[];
  /** Foreign text, cut. */
  readonly excerpt: readonly string[];
  /** Why nothing could be compared. */
  readonly unproven?: string;
}

export const unseen = (why: string): UserSeen => ({ compared: [], excerpt: [], unproven: why });

export const compare = (what: string, wanted: string | number, seen: string | number): Compared => ({
  what,
  wanted: String(wanted),
  seen: cut(String(seen)),
  holds: String(wanted) === String(seen),
});

const cut = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}…` : text);

export const occurs = (match: Match, text: string): boolean =>
  "text" in match ? text.includes(match.text) : new RegExp(match.pattern, match.flags).test(text);
export const inWords = (match: Match): string =>
  "text" in match ? `\`${match.text}\`` : `\`/${match.pattern}/${match.flags}\``;

/** Each text that is sought in another one, found or not. */
export function search(what: string, sought: Sought, text: string): readonly Compared[] {
  const one = (match: Match, wanted: boolean): Compared => {
    const found = occurs(match, text);
    const said = (there: boolean) => (there ? "there" : "not there");
    return { what: `${inWords(match)} in ${what}`, wanted: said(wanted), seen: said(found), holds: found === wanted };
  };
  return [...sought.has.map((match) => one(match, true)), ...sought.lacks.map((match) => one(match, false))];
}

/** The last lines of a text, as an excerpt. */
export const lastLines = (text: string, most = 10): readonly string[] =>
  text
    .trimEnd()
    .split("\n")
    .slice(-most)
    .filter((line) => line !== "")
    .map(cut);

/** `$NAME` and `${NAME}` as the image's environment has them. */
export function expand(text: string, env: readonly string[]): string {
  const values = new Map(env.map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]));
  return text.replaceAll(/\$(?:(\w+)|\{(\w+)\})/g, (_, bare?: string, braced?: string) => {
    return values.get(bare ?? braced ?? "") ?? "";
  });
}
