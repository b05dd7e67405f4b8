import { expect, it } from "vitest";
import type { WritableRun } from "../../src/probes/probe.ts";
import type { HookRecords } from "../../src/probes/support/hook-records.ts";
import { MOST_IN_USE, neededInUse } from "../../src/probes/support/needed-in-use.ts";

/** The service asks for these while it is used. */
const records = (names: readonly string[]): HookRecords => ({
  started: { python: "3.13", audits: true },
  writes: [],
  programs: [],
  settings: [],
  reads: names.map((name) => ({ how: "item", name, present: false, by: "/app/app.py:7", phase: "use" })),
});

const visited = (status: number): WritableRun =>
  ({ visits: [{ path: "/items", status }], requests: [] }) as unknown as WritableRun;

/** What each life shows, the first one first; undefined where it did not get healthy. */
async function lives(names: readonly string[], statuses: ReadonlyArray<number | undefined>) {
  const left = statuses.map((status) => (status === undefined ? undefined : visited(status)));
  const given: string[] = [];
  const [first, ...others] = left;
  const { needed, open } = await neededInUse({ records: records(names), usual: first }, (more) => {
    given.push(more.map(({ name }) => name).join(" "));
    return Promise.resolve({ records: records(names), usual: others.shift() });
  });
  return { needed: needed.map(({ name }) => name), open: open.map(({ name }) => name), given };
}

it("needs a variable without which a request fails twice, and with which it is answered", async () => {
  expect(await lives(["A", "B"], [500, 500, 200, 500])).toEqual({ needed: ["A"], open: [], given: ["", "A", "B"] });
});

it("asks nothing where every request is answered, and believes no single failure", async () => {
  expect(await lives(["A"], [200])).toEqual({ needed: [], open: [], given: [] });
  expect(await lives(["A"], [500, 200])).toEqual({ needed: [], open: [], given: [""] });
});

it("leaves open what a life that did not get healthy cannot tell", async () => {
  expect(await lives(["A"], [500, undefined])).toMatchObject({ needed: [], open: ["A"] });
  expect(await lives(["A", "B"], [500, 500, undefined, 200])).toMatchObject({ needed: ["B"], open: ["A"] });
});

it("leaves open those that are too many for a start of each", async () => {
  const names = Array.from({ length: MOST_IN_USE + 2 }, (_, index) => `V${index}`);
  expect(
    (
      await lives(
        names,
        names.map(() => 500),
      )
    ).open,
  ).toEqual(["V6", "V7"]);
});
