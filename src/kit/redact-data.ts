import { type Hides, isValue, REDACTED, redact, redactByShape } from "./redact.ts";
import { mayNameSecret, namesSecret } from "./secret-names.ts";

/** The same plain data with every text of it changed. Keys stay. */
function mapTexts<T>(data: T, change: (text: string) => string): T {
  return mapped(data, change) as T;
}

function mapped(data: unknown, change: (text: string) => string): unknown {
  if (typeof data === "string") return change(data);
  if (Array.isArray(data)) return data.map((one) => mapped(one, change));
  if (typeof data !== "object" || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, mapped(value, change)]));
}

/**
 * Plain data as everybody may read it: no secret by its shape, by the key it has, by the `name` beside a `value`, or by
 * the option before it in a list of words.
 */
export function redactData<T>(data: T, hides: Hides = () => true): T {
  return redacted(data, hides) as T;
}

/** The secrets of plain data, as values: only for whoever takes them out of what is shown. */
export function secretsInData(data: unknown): readonly string[] {
  const found = new Set<string>();
  redacted(data, (value) => found.add(value).has(value));
  return [...found];
}

/** The same data, with none of these values in any text of it. */
export function withoutValues<T>(data: T, secrets: readonly string[]): T {
  // A longer one may hold a shorter one.
  const longestFirst = [...new Set(secrets)].toSorted((a, b) => b.length - a.length);
  return longestFirst.length === 0 ? data : mapTexts(data, (text) => redact(text, longestFirst));
}

function redacted(data: unknown, hides: Hides): unknown {
  if (typeof data === "string") return redactByShape(data, hides);
  if (Array.isArray(data)) return words(data, hides);
  if (typeof data !== "object" || data === null) return data;
  const named = "name" in data && typeof data.name === "string" && mayNameSecret(data.name);
  const isSecret = named || ("secret" in data && data.secret === true);
  const isHidden = (key: string): boolean =>
    isSecretKey(key) || (named && key === "value") || (isSecret && (key === "default" || isGiven(data, key)));
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [
      key,
      typeof value === "string" && isHidden(key) ? whole(value, hides) : redacted(value, hides),
    ]),
  );
}

/** An example of ours is none: it is plainly no secret, and shows how to start the image. */
const isGiven = (data: object, key: string): boolean => key === "example" && "given" in data && data.given === true;

const isSecretKey = (key: string): boolean =>
  namesSecret(key) || (/^[A-Z_][A-Z0-9_]*$/.test(key) && mayNameSecret(key));

function words(list: readonly unknown[], hides: Hides): readonly unknown[] {
  return list.map((word, index) => {
    const before = list[index - 1];
    const option = typeof before === "string" ? /^--?([A-Za-z][\w-]*)$/.exec(before)?.[1] : undefined;
    if (typeof word !== "string" || option === undefined || word.startsWith("-")) return redacted(word, hides);
    if (namesSecret(option) && !/^(?:id|type)=/.test(word)) return whole(word, hides);
    const isLogin = (option === "u" || option === "user") && /(?:^|\/)curl$/.test(String(list[0]));
    return isLogin ? word.replace(/(?<=:).+$/s, (value) => whole(value, hides)) : redacted(word, hides);
  });
}

/** A reference and a switch stay readable. */
function whole(value: string, hides: Hides): string {
  return isValue(value) && hides(value) ? REDACTED : value;
}
