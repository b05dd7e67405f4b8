import type { Verdict } from "../../src/model/types.ts";

/** One image's verdict by one check, beside what it should have been. */
export interface Judgement {
  readonly image: string;
  readonly check: string;
  readonly wanted: "fail" | "pass";
  readonly status: Verdict["status"];
}

interface Counts {
  planted: number;
  caught: number;
  missed: number;
  /** Planted, and nobody could say. */
  unproven: number;
  judged: number;
  accused: number;
  /** Healthy, and nobody could say. */
  unsaid: number;
}

const NONE: Counts = { planted: 0, caught: 0, missed: 0, unproven: 0, judged: 0, accused: 0, unsaid: 0 };
const COLUMNS: ReadonlyArray<readonly [title: string, count: keyof Counts]> = [
  ["planted", "planted"],
  ["caught", "caught"],
  ["missed", "missed"],
  ["unproven", "unproven"],
  ["healthy", "judged"],
  ["accused", "accused"],
  ["unproven", "unsaid"],
];

/** Counts of all rounds together, by check and in all. */
export class Confusion {
  readonly #checks = new Map<string, Counts>();
  /** By image and check: the statuses of each round. */
  readonly #rounds = new Map<string, Set<Verdict["status"]>>();

  add({ image, check, wanted, status }: Judgement): void {
    const counts = this.#checks.get(check) ?? { ...NONE };
    this.#checks.set(check, counts);
    if (wanted === "fail") {
      counts.planted += 1;
      if (status === "fail") counts.caught += 1;
      else if (status === "unproven") counts.unproven += 1;
      else counts.missed += 1;
    } else {
      counts.judged += 1;
      if (status === "fail") counts.accused += 1;
      else if (status !== "pass") counts.unsaid += 1;
    }
    const rounds = this.#rounds.get(`${image}: ${check}`) ?? new Set();
    this.#rounds.set(`${image}: ${check}`, rounds.add(status));
  }

  get total(): Readonly<Counts> {
    const total = { ...NONE };
    for (const counts of this.#checks.values()) for (const [, count] of COLUMNS) total[count] += counts[count];
    return total;
  }

  /** Every planted fault caught, and nothing healthy accused or left open. */
  get isClean(): boolean {
    const { planted, caught, accused, unsaid } = this.total;
    return planted === caught && accused + unsaid === 0;
  }

  /** What was not judged alike in every round. */
  get flakes(): readonly string[] {
    return [...this.#rounds]
      .filter(([, statuses]) => statuses.size > 1)
      .map(([what, statuses]) => `${what}: ${[...statuses].join(", then ")}`);
  }

  /** One line for each check, by name, and one for all of them. */
  get table(): readonly string[] {
    const names = [...this.#checks.keys()].toSorted();
    const width = Math.max(...names.map((name) => name.length), "check".length) + 2;
    const line = (name: string, cells: readonly (string | number)[]) =>
      `${name.padEnd(width)}${cells.map((cell) => String(cell).padStart(9)).join("")}`;
    const row = (name: string, counts: Readonly<Counts>) =>
      line(
        name,
        COLUMNS.map(([, count]) => counts[count]),
      );
    return [
      line(
        "check",
        COLUMNS.map(([title]) => title),
      ),
      ...names.map((name) => row(name, this.#checks.get(name) ?? NONE)),
      row("all", this.total),
    ];
  }
}
