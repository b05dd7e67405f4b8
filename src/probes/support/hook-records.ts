/** What the hook noted. Foreign text: the service shares the folder, so every line is checked. */
export interface HookRecords {
  /** Undefined when the hook did not begin. */
  readonly started: { readonly python: string; readonly audits: boolean } | undefined;
  readonly writes: readonly NotedWrite[];
  readonly programs: readonly NotedProgram[];
  readonly reads: readonly NotedRead[];
  readonly settings: readonly NotedSetting[];
}

export interface NotedWrite {
  /** The audit event: `open`, `os.mkdir`, `sqlite3.connect`, … */
  readonly kind: string;
  readonly path: string;
  /** The nearest folder above it that was there. */
  readonly base: string;
  /** Nothing was in that folder when this process first saw it. */
  readonly empty: boolean;
  /** `file:line` of the nearest code outside the standard library; empty when there is none. */
  readonly by: string;
  readonly phase: Phase;
}

interface NotedProgram {
  readonly program: string;
  readonly by: string;
  readonly phase: Phase;
}

export interface NotedRead {
  /** `item`: without it the code gets a KeyError; `get`: None; `default`: a default of its own; `in`: it only asks. */
  readonly how: "item" | "get" | "default" | "in";
  readonly name: string;
  readonly present: boolean;
  readonly by: string;
  readonly phase: Phase;
}

/** A field of a settings class of pydantic that was made. */
interface NotedSetting {
  readonly model: string;
  /** Variables that it is read from; the first one found counts. */
  readonly names: readonly string[];
  readonly required: boolean;
  readonly present: boolean;
  readonly type: string;
  readonly by: string;
}

/** Before its first good answer, or while it was used. */
export type Phase = "start" | "use";

type Files = ReadonlyMap<string, Buffer>;

/** @param early The same files as they were at the first good answer; what was noted later was noted in use. */
export function readRecords(files: Files, early: Files = files): HookRecords {
  const lines = [...files].flatMap(([file, bytes]) => {
    const before = early.get(file)?.length ?? 0;
    return linesOf(bytes).map(({ at, fields }) => ({ fields, phase: at < before ? "start" : "use" }) as const);
  });
  const of = <T>(kind: string, read: (fields: readonly unknown[], phase: Phase) => T | undefined): readonly T[] =>
    lines.flatMap(({ fields, phase }) => (fields[0] === kind ? (read(fields.slice(1), phase) ?? []) : []));
  const [started] = of("start", ([python, audits]) =>
    typeof python === "string" && typeof audits === "boolean" ? { python: cut(python), audits } : undefined,
  );
  return {
    started,
    writes: of("write", ([kind, path, base, empty, by], phase) =>
      isText(kind) && isText(path) && isText(base) && isText(by)
        ? { kind: cut(kind), path: cut(path), base: cut(base), empty: empty === true, by: cut(by), phase }
        : undefined,
    ),
    programs: of("program", ([program, by], phase) =>
      isText(program) && isText(by) ? { program: cut(program), by: cut(by), phase } : undefined,
    ),
    reads: of("read", ([how, name, present, by], phase) =>
      isHow(how) && isName(name) && isText(by)
        ? { how, name, present: present === true, by: cut(by), phase }
        : undefined,
    ),
    settings: of("setting", ([model, names, required, present, type, by]) =>
      isText(model) && Array.isArray(names) && names.every(isName) && isText(type) && isText(by)
        ? {
            model: cut(model),
            names,
            required: required === true,
            present: present === true,
            type: cut(type),
            by: cut(by),
          }
        : undefined,
    ),
  };
}

const MOST_TEXT = 300;
const cut = (text: string): string => text.slice(0, MOST_TEXT);
const isText = (value: unknown): value is string => typeof value === "string";
const isName = (value: unknown): value is string => isText(value) && /^\w{1,200}$/.test(value);
const isHow = (value: unknown): value is NotedRead["how"] =>
  value === "item" || value === "get" || value === "default" || value === "in";

function linesOf(bytes: Buffer): ReadonlyArray<{ readonly at: number; readonly fields: readonly unknown[] }> {
  const lines: { at: number; fields: readonly unknown[] }[] = [];
  let at = 0;
  for (const line of bytes.toString("latin1").split("\n")) {
    const fields = fieldsOf(line);
    if (fields !== undefined) lines.push({ at, fields });
    at += line.length + 1;
  }
  return lines;
}

/** JSON of the hook is plain ASCII. */
function fieldsOf(line: string): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return Array.isArray(value) ? (value as readonly unknown[]) : undefined;
  } catch {
    return undefined;
  }
}
