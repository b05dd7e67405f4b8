import { expect, it } from "vitest";
import { onceForText } from "./once.ts";

it("asks once for each text, and forgets all when there are many", () => {
  const asked: string[] = [];
  const order = onceForText((text) => asked.push(text));
  for (const text of ["a", "b", "a", "b"]) order(text);
  expect(asked).toEqual(["a", "b"]);
  for (let index = 0; index < 1000; index += 1) order(`text ${index}`);
  order("a");
  expect(asked.filter((text) => text === "a")).toHaveLength(2);
});

it("keeps an answer that is undefined", () => {
  let asked = 0;
  const nothing = onceForText(() => void (asked += 1));
  expect([nothing("a"), nothing("a"), asked]).toEqual([undefined, undefined, 1]);
});
