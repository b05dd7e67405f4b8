import { expect, it } from "vitest";
import { MOST_STARTS, neededOf, type Start } from "../../src/probes/support/needed-set.ts";

const named = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `V${index}` }));

/** A service that needs these, and says so when `tells`; `moods` are starts that fail whatever they get, in their order. */
function service(needs: (left: ReadonlySet<string>) => boolean, options: { tells?: boolean; moods?: boolean[] } = {}) {
  const asked: string[] = [];
  const moods = [...(options.moods ?? [])];
  const without = (left: ReadonlyArray<{ readonly name: string }>): Promise<Start> => {
    const names = new Set(left.map(({ name }) => name));
    asked.push([...names].join(" "));
    const healthy = !needs(names) && moods.shift() !== true;
    return Promise.resolve({ healthy, end: "it ended", names: (name) => options.tells === true && names.has(name) });
  };
  return { asked, without };
}
const needing =
  (...wanted: readonly string[]) =>
  (left: ReadonlySet<string>) =>
    wanted.some((one) => left.has(one));
const failed = (tells = false): Start => ({ healthy: false, end: "it ended", names: () => tells });
const found = async (count: number, { without }: ReturnType<typeof service>, first = failed()) => {
  const { needed, open } = await neededOf(named(count), first, without);
  return { needed: needed.map(({ one }) => one.name), open: open.map(({ name }) => name) };
};

it("believes the log of the first start that names the only one", async () => {
  const one = service(needing("V0"));
  expect(await found(1, one, failed(true))).toEqual({ needed: ["V0"], open: [] });
  expect(one.asked).toEqual([]);
});

it("asks once more where the log names nothing", async () => {
  const one = service(needing("V0"));
  expect(await found(1, one)).toEqual({ needed: ["V0"], open: [] });
  expect(one.asked).toEqual(["V0"]);
});

it("accuses nothing where the first start failed for another reason", async () => {
  for (const count of [1, 3]) {
    const none = service(needing());
    expect(await found(count, none)).toEqual({ needed: [], open: [] });
    expect(none.asked).toHaveLength(1);
  }
});

it("finds those without which it is not healthy, and believes no single failure", async () => {
  const two = service(needing("V1", "V2"), { moods: [true] });
  expect(await found(4, two)).toEqual({ needed: ["V1", "V2"], open: [] });
  expect(two.asked).toEqual(["V0 V1 V2 V3", "V0", "V0", "V1", "V1", "V2", "V2", "V3"]);
});

it("asks once where the log names it", async () => {
  const two = service(needing("V1"), { tells: true });
  expect(await found(3, two)).toEqual({ needed: ["V1"], open: [] });
  expect(two.asked).toEqual(["V0 V1 V2", "V0", "V1", "V2"]);
});

it("halves groups where there are many, and says what it did not come to", async () => {
  const some = service(needing("V5", "V17"), { tells: true });
  expect(await found(24, some)).toEqual({ needed: ["V5", "V17"], open: [] });
  expect(some.asked.length).toBeLessThanOrEqual(MOST_STARTS);
  const all = service((left) => left.size > 0);
  const { needed, open } = await found(24, all);
  expect(all.asked.length).toBeLessThanOrEqual(MOST_STARTS + 1);
  expect(needed.length).toBeGreaterThan(0);
  expect(needed.length + open.length).toBe(24);
});

it("proves nothing where either of two will do", async () => {
  const either = service((left) => left.has("V0") && left.has("V1"));
  expect(await found(2, either)).toEqual({ needed: [], open: ["V0", "V1"] });
});
