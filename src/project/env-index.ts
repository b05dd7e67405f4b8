import { once } from "../kit/once.ts";
import { addTo } from "../kit/group.ts";
import { calledName, type PythonFile, qualified } from "./python-source.ts";
import { type Assignment, type Call, type Expression, type Leaving, within } from "./python-tree.ts";

/** What stands around the calls of a file: gone through once, however many of them read a variable. */
interface Surroundings {
  /** The call that a first argument is given to, by its offset. */
  readonly casts: ReadonlyMap<number, readonly Call[]>;
  /** Calls of whose result a method is called: `os.getenv("HOSTS").split()`. */
  readonly receivers: ReadonlySet<Expression>;
  /** The first assignment that keeps what a call gives, alone, as `str(call)` or in `call or …`. */
  readonly holders: ReadonlyMap<Call, Assignment>;
  /** The first assignment of `call or …`. */
  readonly alternatives: ReadonlyMap<Expression, Expression & { readonly kind: "operation" }>;
  /** What raises or asserts, by the names and calls that its conditions ask for. */
  readonly askedBy: ReadonlyMap<string | Expression, readonly Leaving[]>;
  /** Names that the file asks `os.environ` for. */
  readonly asked: ReadonlySet<string>;
  /** Names without which it raises: `if "X" not in os.environ: raise …`, `assert "X" in os.environ`. */
  readonly refused: ReadonlySet<string>;
}

export const surroundingsOf: (file: PythonFile) => Surroundings = once((file) => ({
  casts: castsIn(file),
  receivers: new Set(file.calls.flatMap(({ of }) => (of.kind === "member" ? [of.of] : []))),
  holders: holdersIn(file),
  alternatives: alternativesIn(file),
  askedBy: askedIn(file),
  asked: new Set([...askedByCall(file), ...file.memberships.flatMap((one) => askedByMembership(file, one))]),
  refused: new Set(refusedIn(file)),
}));

/** `os.environ.get("X")` and `os.getenv("X")`. */
const askedByCall = (file: PythonFile): readonly string[] =>
  file.calls.flatMap((call) => {
    const [first] = call.args;
    return first?.kind === "text" && /^os\.(?:environ\.get|getenv)$/.test(calledName(file, call)) ? [first.value] : [];
  });

/** `"X" in os.environ`. */
function askedByMembership(file: PythonFile, one: Expression): readonly string[] {
  const [item, whole] = one.kind === "operation" ? one.operands : [];
  return item?.kind === "text" && qualified(file, whole) === "os.environ" ? [item.value] : [];
}

const refusedIn = (file: PythonFile): readonly string[] =>
  file.leavings.flatMap((leaving) => {
    const operator = leaving.how === "raise" ? "not in" : "in";
    return demandsOf(leaving)
      .flatMap((condition) => [...within(condition)])
      .flatMap((part) =>
        part.kind === "operation" && part.operator === operator ? askedByMembership(file, part) : [],
      );
  });

function castsIn({ calls }: PythonFile): Surroundings["casts"] {
  const found = new Map<number, Call[]>();
  for (const call of calls) if (call.args[0] !== undefined) addTo(found, call.args[0].at, call);
  return found;
}

function holdersIn({ assignments }: PythonFile): Surroundings["holders"] {
  const found = new Map<Call, Assignment>();
  for (const assignment of assignments)
    for (const call of heldIn(assignment.value)) if (!found.has(call)) found.set(call, assignment);
  return found;
}

/** The read itself, `str(read)`, and `read or file.get("x")`: what the file lacks, the variable must give. */
function* heldIn(value: Expression | undefined): Generator<Call> {
  if (value?.kind === "call") {
    yield value;
    const [first] = value.args;
    if (first?.kind === "call" && value.of.kind === "name") yield first;
  } else if (value?.kind === "operation" && value.operator === "or")
    for (const part of value.operands) yield* heldIn(part);
}

function alternativesIn({ assignments }: PythonFile): Surroundings["alternatives"] {
  const found = new Map<Expression, Expression & { readonly kind: "operation" }>();
  for (const { value } of assignments) {
    if (value?.kind !== "operation" || value.operator !== "or") continue;
    for (const part of value.operands) if (!found.has(part)) found.set(part, value);
  }
  return found;
}

/** What decides whether a `raise` or an `assert` ends it. */
const demandsOf = ({ how, value, conditions }: Leaving): readonly (Expression | undefined)[] =>
  ({ raise: conditions, assert: [value], return: [] })[how];

function askedIn({ leavings }: PythonFile): Surroundings["askedBy"] {
  const found = new Map<string | Expression, Leaving[]>();
  for (const leaving of leavings) {
    const parts = demandsOf(leaving).flatMap((condition) => [...within(condition)]);
    const keys = new Set<string | Expression>();
    for (const part of parts)
      if (part.kind === "name") keys.add(part.path);
      else if (part.kind === "call") keys.add(part);
    for (const key of keys) addTo(found, key, leaving);
  }
  return found;
}
