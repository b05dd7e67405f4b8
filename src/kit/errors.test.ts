import { expect, test } from "vitest";
import { firstCause, UserError } from "./errors.ts";

const lost = new UserError("engine/lost", "The engine stopped answering", { hint: "Start it again." });

test("what failed first is told, not the clean-up that failed after it", async () => {
  const failing = async () => {
    await using _ = { [Symbol.asyncDispose]: () => Promise.reject(new Error("cannot remove the container")) };
    throw lost;
  };
  const thrown: unknown = await failing().catch((error: unknown) => error);
  expect(thrown).not.toBe(lost);
  expect(firstCause(thrown)).toBe(lost);
});

test("an error that hides none is its own cause", () => {
  expect(firstCause(lost)).toBe(lost);
});
