import { z } from "zod";
import { checks } from "../checks/index.gen.ts";
import { decisions } from "../decisions/index.gen.ts";
import type { Limit, Proof, TextMatch } from "../model/types.ts";
import { rules } from "../rules/index.gen.ts";
import { figures } from "./figures.ts";
import { didYouMean } from "../kit/nearest.ts";
import { readLimit } from "./limit.ts";
import { type Complain, type Path, readShape } from "./shape.ts";

const pattern = z.string().refine(isPattern, "is not a regular expression");
const text = z.string().min(1);

/** The form of each proof that holds no other proof. Its first key tells which it is. */
const shapes = {
  check: z.strictObject({ check: known("check", checks), threshold: z.strictObject({ measured: limit() }).optional() }),
  rule: z.strictObject({ rule: known("rule", rules) }),
  figure: z
    .strictObject({
      figure: knownName("figure", Object.keys(figures)),
      atMost: z.number().optional(),
      atLeast: z.number().optional(),
    })
    .refine(({ atMost, atLeast }) => atMost !== undefined || atLeast !== undefined, "needs `atMost` or `atLeast`"),
  decision: z.strictObject({ decision: known("decision", decisions), chooses: pattern.optional() }),
  file: z.strictObject({
    file: text,
    contains: text.optional(),
    matches: pattern.optional(),
    lacks: text.optional(),
    lacksMatch: pattern.optional(),
  }),
  writesOnly: z.strictObject({ writesOnly: z.array(text).min(1) }),
} as const;
const KINDS = [...Object.keys(shapes), "notProvableHere", "all", "any"];

/** A proof as the file says it. A list is short for `all`. */
export function readProof(value: unknown, path: Path, complain: Complain): Proof | undefined {
  if (Array.isArray(value)) return several("all", value, path, complain);
  const keys = typeof value === "object" && value !== null ? Object.keys(value) : [];
  const kinds = KINDS.filter((kind) => keys.includes(kind));
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    const wrong =
      kind === undefined && keys[0] !== undefined ? `; \`${keys[0]}\` is none${didYouMean(keys[0], KINDS)}` : "";
    complain(path, `is to be exactly one of ${KINDS.join(", ")}${wrong}`);
    return undefined;
  }
  if (kind === "all" || kind === "any") {
    const shape = readShape(z.strictObject({ [kind]: z.array(z.unknown()) }), value, path, complain);
    return shape === undefined ? undefined : several(kind, shape[kind] ?? [], [...path, kind], complain);
  }
  return kind === "notProvableHere" ? border(value, path, complain) : single(kind, value, { path, complain });
}

function several(kind: "all" | "any", values: readonly unknown[], path: Path, complain: Complain): Proof | undefined {
  if (values.length === 0) complain(path, "is empty, so it proves nothing");
  const proofs = values.map((value, index) => readProof(value, [...path, index], complain));
  return { kind, proofs: proofs.filter((proof) => proof !== undefined) };
}

const borderShape = z.strictObject({
  notProvableHere: z.union([text, z.strictObject({ reason: text, provenUpTo: z.unknown().optional() })]),
});

function border(value: unknown, path: Path, complain: Complain): Proof | undefined {
  const shape = readShape(borderShape, value, path, complain);
  if (shape === undefined) return undefined;
  const said = shape.notProvableHere;
  if (typeof said === "string") return { kind: "not-provable-here", reason: said };
  if (said.provenUpTo === undefined) return { kind: "not-provable-here", reason: said.reason };
  const inner = readProof(said.provenUpTo, [...path, "notProvableHere", "provenUpTo"], complain);
  return inner && { kind: "not-provable-here", reason: said.reason, border: inner };
}

const inner: z.ZodType = z.lazy(() => proofSchema);
/** Every form of a proof in one, as editors need it; what is wrong with one is told by `readProof`, which knows which form was meant. */
export const proofSchema: z.ZodType = z
  .union([
    ...Object.values(shapes),
    z.strictObject({ all: z.array(inner).min(1) }),
    z.strictObject({ any: z.array(inner).min(1) }),
    z.strictObject({
      notProvableHere: z.union([text, z.strictObject({ reason: text, provenUpTo: inner.optional() })]),
    }),
    z.array(inner).min(1),
  ])
  .meta({ id: "proof" });

interface Place {
  readonly path: Path;
  readonly complain: Complain;
}

function single(kind: string, value: unknown, place: Place): Proof | undefined {
  const read = <T>(shape: z.ZodType<T>) => readShape(shape, value, place.path, place.complain);
  switch (kind) {
    case "check":
      return map(read(shapes.check), ({ check, threshold }) => ({
        kind: "check",
        id: check,
        ...(threshold === undefined ? {} : { limit: threshold.measured }),
      }));
    case "rule":
      return map(read(shapes.rule), ({ rule }) => ({ kind: "rule", id: rule }));
    case "figure":
      return map(read(shapes.figure), ({ figure, atMost, atLeast }) => ({
        kind: "figure",
        name: figure,
        ...(atMost === undefined ? {} : { atMost }),
        ...(atLeast === undefined ? {} : { atLeast }),
      }));
    case "decision":
      return map(read(shapes.decision), ({ decision, chooses }) => ({
        kind: "decision",
        id: decision,
        ...(chooses === undefined ? {} : { chooses: { pattern: chooses } }),
      }));
    case "file":
      return map(read(shapes.file), fileProof);
    default:
      return map(read(shapes.writesOnly), ({ writesOnly }) => ({ kind: "writes-only", paths: writesOnly }));
  }
}

function fileProof({ file, contains, matches, lacks, lacksMatch }: z.infer<typeof shapes.file>): Proof {
  const has = matchOf(contains, matches);
  const not = matchOf(lacks, lacksMatch);
  return {
    kind: "file",
    path: file,
    ...(has === undefined ? {} : { has }),
    ...(not === undefined ? {} : { lacks: not }),
  };
}

function matchOf(plain: string | undefined, expression: string | undefined): TextMatch | undefined {
  if (plain !== undefined) return { text: plain };
  return expression === undefined ? undefined : { pattern: expression };
}

const map = <T>(value: T | undefined, to: (value: T) => Proof): Proof | undefined =>
  value === undefined ? undefined : to(value);

function known(what: string, catalogue: readonly { readonly id: string }[]): z.ZodType<string> {
  return knownName(
    what,
    catalogue.map(({ id }) => id),
  );
}

function knownName(what: string, names: readonly string[]): z.ZodType<string> {
  return z
    .string()
    .superRefine((name, context) => {
      if (!names.includes(name))
        context.addIssue({ code: "custom", message: `There is no ${what} \`${name}\`${didYouMean(name, names)}` });
    })
    .meta({ enum: names });
}

function limit(): z.ZodType<Limit> {
  return z.string().transform((said, context) => {
    const read = readLimit(said);
    if (read !== undefined) return read;
    context.addIssue({ code: "custom", message: `\`${said}\` is to be like \`<= 30 s\`, \`>= 5\` or \`<= 300 MB\`` });
    return z.NEVER;
  });
}

function isPattern(said: string): boolean {
  try {
    return new RegExp(said, "m") instanceof RegExp;
  } catch {
    return false;
  }
}
