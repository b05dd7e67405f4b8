import type { Contract } from "../../model/types.ts";
import { names } from "./logs.ts";

type Variable = Pick<Contract["env"][number], "name" | "required" | "settings">;

/**
 * The name by which a log tells which variable is missing, so that whoever is on call knows what to set: its own, that of
 * the field of the settings model that it fills, or its own without the prefix. One that two variables go by tells nothing.
 */
export function namedAs(log: string, name: string, env: readonly Variable[]): string | undefined {
  if (names(log, name)) return name;
  const own = env.find((variable) => variable.name === name);
  if (own === undefined) return undefined;
  const ofOthers = new Set(env.filter((other) => other !== own && !isToldApart(log, own, other)).flatMap(namesOf));
  return shortNames(own).find((short) => !ofOthers.has(short.toLowerCase()) && stands(log, short));
}

/** `1 validation error for CacheSettings`: a field of the same name in another model is not meant. */
const isToldApart = (log: string, own: Variable, other: Variable): boolean =>
  own.settings !== undefined &&
  other.settings !== undefined &&
  own.settings.model !== other.settings.model &&
  new RegExp(`\\berrors? for ${own.settings.model}(?!\\w)`).test(log);

/** What a log may mean by another variable. By a short name nothing is missed that has a default. */
const namesOf = (other: Variable): readonly string[] =>
  [other.name, ...(other.required ? shortNames(other) : [])].map((one) => one.toLowerCase());

/** `NOTES_API_KEY` is known as API_KEY. One word that is left, such as the URL of `DATABASE_URL`, names nothing. */
function shortNames({ name, settings }: Variable): readonly string[] {
  if (settings !== undefined) return settings.fields;
  const rest = /^[^_]+_+(.+)$/.exec(name)?.[1] ?? "";
  return /[^_]_+[^_]/.test(rest) ? [rest] : [];
}

/** One word, such as `token`, is an ordinary one in a log: it is a name in quotes, and alone on a line, as pydantic writes it. */
const stands = (log: string, short: string): boolean =>
  /[_.]/.test(short)
    ? names(log, short)
    : new RegExp(`^[ \\t]*${short}[ \\t]*\\r?$|(["'\`])${short}\\1`, "im").test(log);
