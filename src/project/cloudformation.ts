import { onDemand } from "../kit/on-demand.ts";
import { isTable, tableAt, valueAt } from "./toml.ts";

/** A value that only the deployment knows. `shown` is what a template would write: `${ImageTag}`. */
export class Later {
  readonly shown: string;

  constructor(shown: string) {
    this.shown = shown;
  }

  toString(): string {
    return this.shown;
  }
}

/** `{ "Ref": "AWS::NoValue" }`: as if it were not written. */
const NOTHING = Symbol("no value");
const DEEPEST = 30;

/**
 * The document with its intrinsic functions worked out: a reference to a parameter is its default, a join or a
 * substitution of known texts is a text, and everything else is `Later`. A document without any is the same again.
 */
export function resolveIntrinsics(document: unknown): unknown {
  const parameters = tableAt(document, "Parameters");
  const known = (name: string): string | undefined => {
    const value = valueAt(parameters[name], "Default");
    return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
  };
  return resolved(document, known, 0);
}

type Known = (name: string) => string | undefined;

function resolved(value: unknown, known: Known, depth: number): unknown {
  if (depth > DEEPEST) return undefined;
  const inner = (child: unknown) => resolved(child, known, depth + 1);
  if (Array.isArray(value)) return value.map(inner).filter((item) => item !== NOTHING);
  if (!isTable(value)) return value;
  const [[key, argument] = ["", undefined], ...others] = Object.entries(value);
  if (others.length === 0 && (key === "Ref" || key.startsWith("Fn::"))) return callOf(key, inner(argument), known);
  const entries = Object.entries(value).map(([name, child]) => [name, inner(child)] as const);
  return Object.fromEntries(entries.filter(([, child]) => child !== NOTHING));
}

function callOf(name: string, argument: unknown, known: Known): unknown {
  if (name === "Ref" && argument === "AWS::NoValue") return NOTHING;
  if (name === "Ref") return referenceTo(String(argument), known);
  if (name === "Fn::Join") return joined(argument);
  if (name === "Fn::Sub") return substituted(argument, known);
  if (name === "Fn::GetAtt")
    return new Later(`\${${Array.isArray(argument) ? argument.map(String).join(".") : String(argument)}}`);
  return new Later(`\${${name.slice("Fn::".length)}}`);
}

const referenceTo = (name: string, known: Known): string | Later => known(name) ?? new Later(`\${${name}}`);

function joined(argument: unknown): unknown {
  const [separator, list] = Array.isArray(argument) ? (argument as readonly unknown[]) : [];
  if (typeof separator !== "string" || !Array.isArray(list)) return new Later("${Join}");
  return together(
    list.map((item: unknown) => plainOf(item)),
    separator,
  );
}

/** `${Name}` is a parameter or one of the function's own variables; `${!Name}` is meant as it stands. */
function substituted(argument: unknown, known: Known): unknown {
  const [text, variables] = Array.isArray(argument) ? (argument as readonly unknown[]) : [argument];
  if (typeof text !== "string") return new Later("${Sub}");
  const parts = text.split(/(\$\{[^}]*\})/).map((part): string | Later => {
    const name = /^\$\{\s*([^}]*?)\s*\}$/.exec(part)?.[1];
    if (name === undefined) return part;
    if (name.startsWith("!")) return `\${${name.slice(1)}}`;
    const own = valueAt(variables, name);
    return own === undefined ? referenceTo(name, known) : plainOf(own);
  });
  return together(parts, "");
}

function plainOf(value: unknown): string | Later {
  if (value instanceof Later || typeof value === "string") return value;
  return typeof value === "number" ? String(value) : new Later("${…}");
}

function together(parts: ReadonlyArray<string | Later>, separator: string): string | Later {
  const text = parts.map(String).join(separator);
  return parts.some((part) => part instanceof Later) ? new Later(text) : text;
}

/** The short forms of YAML templates: `!Ref X` is `{ Ref: X }`, `!Sub …` is `{ "Fn::Sub": … }`. */
const SHORT_FORMS =
  "Ref Sub Join GetAtt If Select Split FindInMap ImportValue Base64 Cidr GetAZs And Or Not Equals Transform";

interface Collection {
  toJSON(): unknown;
}
interface ShortForm {
  readonly tag: string;
  readonly collection?: "seq" | "map";
  resolve(value: string | Collection): unknown;
}

export const shortForms = onDemand((): readonly ShortForm[] =>
  SHORT_FORMS.split(" ").flatMap((name): readonly ShortForm[] => {
    const key = name === "Ref" ? name : `Fn::${name}`;
    const ofNode = (value: string | Collection) => ({ [key]: typeof value === "string" ? value : value.toJSON() });
    return [
      { tag: `!${name}`, resolve: ofNode },
      { tag: `!${name}`, collection: "seq", resolve: ofNode },
      { tag: `!${name}`, collection: "map", resolve: ofNode },
    ];
  }),
);
