import { applyEdits } from "../dockerfile/edit.ts";
import type { Dockerfile, Finding, Fix } from "../model/types.ts";

/** The files that differ from those on disk, by path. */
export type Changed = ReadonlyMap<string, string>;

interface Judgement {
  readonly findings: readonly Finding[];
  readonly dockerfile: Dockerfile | undefined;
}

export interface FixWorld<J extends Judgement> {
  /** What the rules say about the service with these files in place of its own. */
  readonly judge: (changed: Changed) => Promise<J>;
  /** The text of a file of the service, as it is on disk. */
  readonly read: (path: string) => string | undefined;
}

export interface Fixed<J extends Judgement> {
  readonly changed: Changed;
  readonly done: readonly Finding[];
  /** Fixes that were tried and taken back, with the reason. */
  readonly left: readonly Left[];
  /** What is found afterwards. */
  readonly after: J;
}

interface Left {
  readonly finding: Finding;
  readonly because: string;
}

/** Far more than any Dockerfile has. */
const MOST = 1000;

/**
 * Makes the fixes one after the other and judges again after each: one stays only when its finding is gone, no other
 * came, and the file reads no worse. The last place comes first, so that what lies before it keeps its line.
 */
export async function fixAll<J extends Judgement>({ judge, read }: FixWorld<J>): Promise<Fixed<J>> {
  let changed: Changed = new Map();
  let now = await judge(changed);
  const done: Finding[] = [];
  const left = new Map<string, Left>();
  for (let tries = 0; tries < MOST; tries += 1) {
    const next = now.findings.filter((one) => one.fix !== undefined && !left.has(keyOf(one))).toSorted(lastFirst)[0];
    if (next?.fix === undefined) break;
    const tried = withEdits(changed, next.fix, read);
    const then = await judge(tried);
    const because = whyNot(next, now, then);
    if (because === undefined) {
      [changed, now] = [tried, then];
      done.push(next);
    } else left.set(keyOf(next), { finding: next, because });
  }
  return { changed, done, left: [...left.values()], after: now };
}

const keyOf = ({ rule, fingerprint, message }: Finding): string => `${rule} ${fingerprint ?? message}`;

const lastFirst = (one: Finding, other: Finding): number => placeOf(other) - placeOf(one);
const placeOf = ({ fix }: Finding): number => fix?.edits[0]?.start ?? 0;

/** The files with a fix made in them, by ranges; every other character stays as it is. */
function withEdits(changed: Changed, { edits }: Fix, read: (path: string) => string | undefined): Changed {
  const next = new Map(changed);
  for (const file of new Set(edits.map((edit) => edit.file))) {
    const text = next.get(file) ?? read(file) ?? "";
    const own = edits.filter((edit) => edit.file === file);
    next.set(
      file,
      applyEdits(
        text,
        own.map(({ start, end, text: words }) => ({ range: { start, end }, text: words })),
      ),
    );
  }
  return next;
}

function whyNot({ rule }: Finding, now: Judgement, then: Judgement): string | undefined {
  const [before, after] = [counts(now.findings), counts(then.findings)];
  if ((after.get(rule) ?? 0) >= (before.get(rule) ?? 0)) return "the finding would stay";
  const more = [...after].find(([id, count]) => count > (before.get(id) ?? 0));
  if (more !== undefined) return `it would bring ${more[0]}`;
  const [was, is] = [now.dockerfile?.problems.length ?? 0, then.dockerfile?.problems.length ?? 0];
  return is > was ? "the Dockerfile could not be read any more" : undefined;
}

function counts(findings: readonly Finding[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { rule } of findings) found.set(rule, (found.get(rule) ?? 0) + 1);
  return found;
}
