import { addTo } from "../kit/group.ts";
import type { Finding } from "../model/types.ts";
import type { Ignore } from "./ignores.ts";

/** One id of one pragma. */
export interface Use {
  readonly ignore: Ignore;
  readonly id: string;
  readonly rules: readonly string[];
  readonly expired: boolean;
  used: boolean;
}

/** The uses that speak for the same lines and rule; they are used together. */
interface Group {
  /** Of the first one, among all. */
  readonly place: number;
  readonly uses: Use[];
  used: boolean;
}

/** Finds the pragmas that speak for a finding, by its line: thousands are not gone through for each of thousands. */
export class Uses {
  readonly #byLine = new Map<string, Map<string, Group>[]>();
  readonly #global = new Map<string, Group>();

  constructor(uses: readonly Use[], dockerfile: string | undefined) {
    const spans = new Map<string, Map<string, Group>>();
    for (const [place, use] of uses.entries()) {
      const { file, from, to, scope } = use.ignore;
      if (use.expired) continue;
      const span = `${from} ${to} ${file}`;
      let groups = spans.get(span);
      if (groups === undefined) {
        groups = new Map();
        spans.set(span, groups);
        for (let line = from; line <= to; line += 1) addTo(this.#byLine, `${line} ${file}`, groups);
      }
      for (const rule of new Set(use.rules)) {
        join(groups, rule, { use, place });
        // What has no place is about the Dockerfile as a whole.
        if (scope === "global" && file === dockerfile) join(this.#global, rule, { use, place });
      }
    }
  }

  /** The first pragma that speaks for a finding. All that do are used: without one of two nothing would change. */
  use({ rule, where }: Finding): Ignore | undefined {
    const groups = where === undefined ? [this.#global] : (this.#byLine.get(`${where.line} ${where.file}`) ?? []);
    const fitting = groups.flatMap((one) => one.get(rule) ?? []);
    for (const group of fitting) {
      if (!group.used) for (const use of group.uses) use.used = true;
      group.used = true;
    }
    return fitting.toSorted((one, other) => one.place - other.place)[0]?.uses[0]?.ignore;
  }
}

function join(
  groups: Map<string, Group>,
  rule: string,
  { use, place }: { readonly use: Use; readonly place: number },
): void {
  const group = groups.get(rule);
  if (group === undefined) groups.set(rule, { place, uses: [use], used: false });
  else group.uses.push(use);
}
