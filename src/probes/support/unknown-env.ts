import type { Contract } from "../../model/types.ts";
import type { HookRecords, NotedRead } from "./hook-records.ts";
import type { LoggedLine } from "./logs.ts";
import { names } from "./logs.ts";

/** A variable that the service looked for and did not find, in a way that tells that it needs it. */
export interface Suspect {
  readonly name: string;
  /** `item`: the code gets a KeyError; `setting`: a field without a default; `named`: the log names it. */
  readonly how: "item" | "setting" | "named";
  readonly by: string;
  /** Python type of a settings field; empty where none is known. */
  readonly type: string;
}

const INSTALLED = /\/(?:site|dist)-packages\//;

/** What may keep the service from its first good answer. */
export function suspectsAtStart(
  { reads, settings }: HookRecords,
  { contract, log }: { readonly contract: Contract; readonly log: readonly LoggedLine[] },
): readonly Suspect[] {
  const given = new Set(contract.env.filter((one) => one.required || one.given === true).map(({ name }) => name));
  const text = log.map((line) => line.text).join("\n");
  const missing = reads.filter(({ present }) => !present);
  return unique([
    ...settings
      .filter(({ required, present }) => required && !present)
      .flatMap(({ names: [name], by, type }) =>
        name === undefined ? [] : [{ name, how: "setting" as const, by, type }],
      ),
    ...missing.filter(({ how }) => how === "item").map((read) => asSuspect(read, "item")),
    ...missing
      .filter(({ how, name }) => (how === "get" || how === "in") && names(text, name))
      .map((read) => asSuspect(read, "named")),
  ]).filter(({ name }) => !given.has(name) && !OF_PYTHON.test(name));
}

/** What may keep a request from its answer: only what the service's own code looked for while it was used. */
export function suspectsInUse({ reads }: HookRecords): readonly Suspect[] {
  const own = reads.filter(
    ({ how, present, phase, by }) => how === "item" && !present && phase === "use" && by !== "" && !INSTALLED.test(by),
  );
  return unique(own.map((read) => asSuspect(read, "item")));
}

/** Python and the C library look for these themselves. */
const OF_PYTHON = /^(?:PYTHON\w*|LC_\w+|LANG\w*|TZ|HOME|PATH|TMPDIR|TEMP|TMP|COLUMNS|LINES|TERM|NO_COLOR)$/;

const asSuspect = ({ name, by }: NotedRead, how: Suspect["how"]): Suspect => ({ name, how, by, type: "" });

const unique = (suspects: readonly Suspect[]): readonly Suspect[] =>
  [...new Map(suspects.toReversed().map((one) => [one.name, one])).values()].toReversed();

/** A harmless value of the shape that the name or the type asks for; it reaches no system. */
export function harmlessValue({ name, type }: Pick<Suspect, "name" | "type">): string {
  if (/^bool/i.test(type)) return "false";
  if (/^(?:int|float|Decimal|Positive|NonNegative)/i.test(type)) return "60";
  if (/^(?:list|dict|set|tuple)/i.test(type)) return /^dict/i.test(type) ? "{}" : "[]";
  if (/DATABASE_URL|(?:^|_)DSN$|POSTGRES\w*_UR[IL]/i.test(name) || /Postgres/i.test(type))
    return "postgresql://user:pass@127.0.0.1:5432/db";
  if (/REDIS\w*_UR[IL]/i.test(name)) return "redis://127.0.0.1:6379/0";
  if (/UR[IL]$|ENDPOINT/i.test(name) || /Url/.test(type)) return "http://127.0.0.1:9";
  if (/PORT$|TIMEOUT|SECONDS|COUNT|LIMIT|SIZE|BYTES|WORKERS|INTERVAL|MAX_|MIN_/i.test(name)) return "60";
  if (/REGION/i.test(name)) return "us-east-1";
  return "example-only-not-a-secret-0123456789";
}
