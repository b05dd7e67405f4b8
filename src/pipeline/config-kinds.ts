import { didYouMean } from "../kit/nearest.ts";

type Path = ReadonlyArray<string | number>;
export interface Issue {
  readonly path: Path;
  readonly message: string;
}

/** One kind of value: how it is checked, and the same as JSON Schema for editors. */
export interface Kind {
  /** The first thing that is wrong with a value, or undefined. */
  readonly check: (value: unknown, path: Path) => Issue | undefined;
  readonly schema: () => object;
}

function kindOf(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "a map" : typeof value;
}
const expected = (what: string, value: unknown, path: Path): Issue => ({
  path,
  message: `expected ${what}, found ${kindOf(value)}`,
});
const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const firstOf = (issues: Iterable<Issue | undefined>): Issue | undefined => {
  for (const issue of issues) if (issue !== undefined) return issue;
  return undefined;
};

export const text: Kind = {
  check: (value, path) => (typeof value === "string" ? undefined : expected("a text", value, path)),
  schema: () => ({ type: "string" }),
};
export const filled: Kind = {
  check: (value, path) => (value === "" ? { path, message: "must not be empty" } : text.check(value, path)),
  schema: () => ({ type: "string", minLength: 1 }),
};
export const number: Kind = {
  check: (value, path) => (Number.isFinite(value) ? undefined : expected("a finite number", value, path)),
  schema: () => ({ type: "number" }),
};
export const boolean: Kind = {
  check: (value, path) => (typeof value === "boolean" ? undefined : expected("true or false", value, path)),
  schema: () => ({ type: "boolean" }),
};
export const anything: Kind = { check: () => undefined, schema: () => ({}) };

/** A text of a form, named in words. */
export const matching = (pattern: RegExp, words: string): Kind => ({
  check: (value, path) =>
    typeof value === "string" && pattern.test(value) ? undefined : { path, message: `is to be ${words}` },
  schema: () => ({ type: "string", pattern: pattern.source }),
});

export const oneOf = (values: readonly string[], hint = ""): Kind => ({
  check: (value, path) =>
    typeof value === "string" && values.includes(value)
      ? undefined
      : {
          path,
          message: `is to be ${[values.slice(0, -1).join(", "), values.at(-1)].filter(Boolean).join(" or ")}${hint}`,
        },
  schema: () => ({ enum: values }),
});

/** A regular expression of JavaScript's. */
export const pattern: Kind = {
  check(value, path) {
    if (typeof value !== "string") return expected("a text", value, path);
    try {
      void new RegExp(value);
      return undefined;
    } catch (error) {
      return { path, message: error instanceof Error ? error.message : String(error) };
    }
  },
  schema: () => ({ type: "string", format: "regex" }),
};

/** A text of one kind, or something that is no text. */
export const textOr = (texts: Kind, others: Kind): Kind => ({
  check: (value, path) => (typeof value === "string" ? texts : others).check(value, path),
  schema: () => ({ anyOf: [texts.schema(), others.schema()] }),
});

/** A name that must be known; `names` is asked only when one is to be checked. */
export const known = (what: string, isKnown: (name: string) => boolean, names: () => readonly string[]): Kind => ({
  check: (value, path) => {
    if (typeof value !== "string") return expected("a text", value, path);
    return isKnown(value)
      ? undefined
      : { path, message: `there is no ${what} \`${value}\`${didYouMean(value, names())}` };
  },
  schema: () => ({ anyOf: [{ enum: names() }, { type: "string" }] }),
});

export const listOf = (kind: Kind): Kind => ({
  check: (value, path) =>
    Array.isArray(value)
      ? firstOf(value.map((item: unknown, index) => kind.check(item, [...path, index])))
      : expected("a list", value, path),
  schema: () => ({ type: "array", items: kind.schema() }),
});

export const mapOf = (kind: Kind, keys: Kind = text): Kind => ({
  check: (value, path) =>
    isMap(value)
      ? firstOf(
          Object.entries(value).map(
            ([key, item]) => keys.check(key, [...path, key]) ?? kind.check(item, [...path, key]),
          ),
        )
      : expected("a map", value, path),
  schema: () => ({
    type: "object",
    ...(keys === text ? {} : { propertyNames: keys.schema() }),
    additionalProperties: kind.schema(),
  }),
});

/** A map with known keys only. */
export const shape = (kinds: Readonly<Record<string, Kind>>, required: readonly string[] = []): Kind => ({
  check: (value, path) => {
    if (!isMap(value)) return expected("a map", value, path);
    const missing = required.find((key) => !Object.hasOwn(value, key));
    if (missing !== undefined) return { path, message: `\`${missing}\` is missing` };
    return firstOf(
      Object.entries(value).map(([key, item]) =>
        Object.hasOwn(kinds, key)
          ? kinds[key]?.check(item, [...path, key])
          : { path: [...path, key], message: `unknown key; known are ${Object.keys(kinds).join(", ")}` },
      ),
    );
  },
  schema: () => ({
    type: "object",
    properties: Object.fromEntries(Object.entries(kinds).map(([key, kind]) => [key, kind.schema()])),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  }),
});

/** A map that has one of these keys at least. */
export const withOneOf = (keys: readonly string[], { check, schema }: Kind): Kind => ({
  check: (value, path) =>
    check(value, path) ??
    (isMap(value) && keys.some((key) => Object.hasOwn(value, key))
      ? undefined
      : { path, message: `one of ${keys.map((key) => `\`${key}\``).join(", ")} is missing` }),
  schema: () => ({ ...schema(), anyOf: keys.map((key) => ({ required: [key] })) }),
});

/** The kind with a sentence for whoever writes the file. */
export const said = (description: string, { check, schema }: Kind): Kind => ({
  check,
  schema: () => ({ description, ...schema() }),
});
