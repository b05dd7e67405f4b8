import { UserError } from "../../kit/errors.ts";
import type { Facts } from "../decider.ts";

/** What an override may be; the name goes into the message when it is something else. */
const kinds = {
  text: (value: unknown): value is string => typeof value === "string" && value !== "",
  number: (value: unknown): value is number => typeof value === "number" && Number.isFinite(value) && value >= 0,
  list: (value: unknown): value is readonly string[] =>
    Array.isArray(value) && value.every((item) => typeof item === "string"),
  table: (value: unknown): value is Readonly<Record<string, string>> =>
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((item) => typeof item === "string"),
} as const;

type Kind = keyof typeof kinds;
type ValueOf<K extends Kind> = (typeof kinds)[K] extends ((value: unknown) => value is infer V) ? V : never;

/** The field that a decision's plain value means: `user: 1001` is `user: {uid: 1001}`. */
const PLAIN: Readonly<Record<string, string>> = { base: "python", user: "uid", uv: "version" };

function lookUp(overrides: Facts["overrides"], name: string): unknown {
  const [id = "", field] = name.split(".");
  const value = overrides[id];
  if (field === undefined || value === undefined || value === null) return value;
  if (typeof value === "object" && !Array.isArray(value)) return (value as Record<string, unknown>)[field];
  return PLAIN[id] === field ? value : undefined;
}

/**
 * The team's own choice from its configuration, or undefined when it made none.
 * @throws UserError `config/bad-value` when it is not of the right kind.
 */
export function override<K extends Kind>(facts: Facts, name: string, kind: K): ValueOf<K> | undefined {
  const value = lookUp(facts.overrides, name);
  if (value === undefined || value === null) return undefined;
  const is: (value: unknown) => boolean = kinds[kind];
  if (!is(value))
    throw new UserError("config/bad-value", `The configuration sets \`${name}\` to something that is not a ${kind}`, {
      hint: `Give \`${name}\` a ${kind}, or take it out.`,
    });
  return value as ValueOf<K>;
}

/** The reason for every choice that the configuration made. */
export const configured = (name: string): string => `The team's configuration sets \`${name}\`.`;
