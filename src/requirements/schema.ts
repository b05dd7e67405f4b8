import { isNode, LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import type { Requirement } from "../model/types.ts";
import { proofSchema, readProof } from "./read-proof.ts";
import { type Complain, type Path, readShape } from "./shape.ts";

export interface Problem {
  readonly line: number;
  readonly message: string;
}

const requirementShape = z.strictObject({
  id: z.string().regex(/^[\w.-]+$/, "is to be letters, digits, `.`, `-` and `_`"),
  text: z.string().min(1),
  source: z.string().min(1).optional(),
  before: z.literal("fail").optional(),
  proof: z.unknown().optional(),
});

/** Every requirement of a file, or every problem with it. */
export function parseRequirements(source: string): {
  readonly requirements: readonly Requirement[];
  readonly problems: readonly Problem[];
} {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines });
  const [error] = document.errors;
  if (error !== undefined) {
    const message = error.message.split("\n")[0]?.replace(/ at line \d+, column \d+:?$/, "") ?? "is not valid YAML";
    return { requirements: [], problems: [{ line: lines.linePos(error.pos[0]).line, message }] };
  }
  const problems: Problem[] = [];
  const complain: Complain = (path, message) => {
    problems.push({ line: lineOf(document, lines, path), message: `${nameOf(path)}: ${message}` });
  };
  try {
    // An alias bomb must not eat the memory; a few anchors for proofs that repeat are fine.
    return { requirements: readAll(document.toJS({ maxAliasCount: 100 }), complain), problems };
  } catch (cause) {
    if (!(cause instanceof ReferenceError)) throw cause;
    return { requirements: [], problems: [{ line: 1, message: "The file has more YAML aliases than are read" }] };
  }
}

function readAll(value: unknown, complain: Complain): readonly Requirement[] {
  if (!Array.isArray(value)) {
    complain([], "is to be a list of requirements, each with `id` and `text`");
    return [];
  }
  const seen = new Map<string, number>();
  return value.flatMap((entry: unknown, index) => {
    const requirement = readOne(entry, index, complain);
    if (requirement === undefined) return [];
    const earlier = seen.get(requirement.id);
    if (earlier !== undefined)
      complain([index, "id"], `\`${requirement.id}\` is already the id of number ${earlier + 1}`);
    seen.set(requirement.id, index);
    return [requirement];
  });
}

function readOne(entry: unknown, index: number, complain: Complain): Requirement | undefined {
  const shape = readShape(requirementShape, entry, [index], complain);
  if (shape === undefined) return undefined;
  const { id, text, source, before } = shape;
  const proof = shape.proof === undefined ? undefined : readProof(shape.proof, [index, "proof"], complain);
  return {
    id,
    text,
    ...(source === undefined ? {} : { source }),
    ...(before === undefined ? {} : { before }),
    ...(proof === undefined ? {} : { proof }),
  };
}

function lineOf(document: ReturnType<typeof parseDocument>, lines: LineCounter, path: Path): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

/** `requirement 3, proof.check`. */
function nameOf([index, ...keys]: Path): string {
  if (index === undefined) return "The file";
  const whole = `Requirement ${Number(index) + 1}`;
  return keys.length === 0 ? whole : `${whole}, ${keys.join(".")}`;
}

/** The same as JSON Schema, 2020-12, for editors: docs/seaworthy.requirements.schema.json. */
export function requirementsJsonSchema(): object {
  const file = z.array(requirementShape.extend({ proof: proofSchema.optional() }));
  const { $schema, ...rest } = z.toJSONSchema(file, { io: "input", unrepresentable: "any", reused: "ref" });
  return { $schema, title: "seaworthy.requirements.yaml", description: "A team's own requirements.", ...rest };
}
