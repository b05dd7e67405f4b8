import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { timeLimit } from "./time-limit.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** What a question to a service waits for: nobody but the combination keeps the limit. */
const inCombination = (signal: AbortSignal, milliseconds: number): AbortSignal =>
  AbortSignal.any([signal, timeLimit(milliseconds)]);

it("fires in a combination that alone knows it, whatever is collected meanwhile", async () => {
  const limited = inCombination(new AbortController().signal, 200);
  const fired = new Promise<unknown>((resolve) =>
    limited.addEventListener("abort", () => resolve(limited.reason), { once: true }),
  );
  const collecting = setInterval(collectGarbage, 20);
  const late = new Promise<unknown>((resolve) => setTimeout(() => resolve("never fired"), 3000).unref());
  const reason = await Promise.race([fired, late]);
  clearInterval(collecting);
  expect(reason).toMatchObject({ name: "TimeoutError" });
});
