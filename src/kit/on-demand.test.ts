import { expect, test } from "vitest";
import { onDemand } from "./on-demand.ts";

test("it is made when it is first asked for, and once, also where nothing is made", () => {
  let made = 0;
  const table = onDemand(() => {
    made += 1;
    return undefined;
  });
  expect(made).toBe(0);
  expect([table(), table()]).toEqual([undefined, undefined]);
  expect(made).toBe(1);
});
