/** One value of a name, and the how-manieth change it was. */
interface Written<Value> {
  readonly change: number;
  readonly value: Value;
}

/**
 * A map that is written to from front to back, with a view of it as it was after each change. A copy for every one of a
 * thousand ENV lines would hold a million entries.
 */
export class Timeline<Value> {
  readonly #written: Map<string, Written<Value>[]>;
  #changes = 0;

  constructor(start: Iterable<readonly [string, Value]> = []) {
    this.#written = new Map(Array.from(start, ([name, value]) => [name, [{ change: 0, value }]]));
  }

  set(name: string, value: Value): void {
    this.#changes += 1;
    const before = this.#written.get(name);
    if (before === undefined) this.#written.set(name, [{ change: this.#changes, value }]);
    else before.push({ change: this.#changes, value });
  }

  /** The map as it is now; what is set later does not show in it. */
  now(): ReadonlyMap<string, Value> {
    return new View(this.#written, this.#changes);
  }
}

class View<Value> implements ReadonlyMap<string, Value> {
  readonly #written: ReadonlyMap<string, readonly Written<Value>[]>;
  readonly #changes: number;

  constructor(written: ReadonlyMap<string, readonly Written<Value>[]>, changes: number) {
    this.#written = written;
    this.#changes = changes;
  }

  get(name: string): Value | undefined {
    return this.#written.get(name)?.findLast(({ change }) => change <= this.#changes)?.value;
  }

  has(name: string): boolean {
    const first = this.#written.get(name)?.[0];
    return first !== undefined && first.change <= this.#changes;
  }

  get size(): number {
    return [...this.keys()].length;
  }

  /** In order of first setting, as in any map: what follows the first later name is later too. */
  *keys(): Generator<string, undefined> {
    for (const [name, [first]] of this.#written) {
      if (first === undefined || first.change > this.#changes) return undefined;
      yield name;
    }
    return undefined;
  }

  *entries(): Generator<[string, Value], undefined> {
    for (const name of this.keys()) yield [name, this.get(name) as Value];
    return undefined;
  }

  *values(): Generator<Value, undefined> {
    for (const [, value] of this.entries()) yield value;
    return undefined;
  }

  [Symbol.iterator](): Generator<[string, Value], undefined> {
    return this.entries();
  }

  forEach(visit: (value: Value, name: string, map: ReadonlyMap<string, Value>) => void): void {
    for (const [name, value] of this.entries()) visit(value, name, this);
  }
}
