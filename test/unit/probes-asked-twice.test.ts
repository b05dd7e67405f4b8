import { expect, it } from "vitest";
import { type Life, problemIn } from "../../src/probes/support/asked-twice.ts";

/** What is said of lives that show these, one after the other, and how many were needed for it. */
async function saidOf(...lives: readonly Life[]): Promise<{ problem: string | undefined; lived: number }> {
  let lived = 0;
  const problem = await problemIn(() => Promise.resolve(lives[lived++] ?? { tellsOfWriting: false }));
  return { problem, lived };
}

const late: Life = { problem: "Answers become worse: /items 200 → none.", tellsOfWriting: false };
const refused: Life = { problem: "A write failed: Errno 30", tellsOfWriting: true };
const fine: Life = { tellsOfWriting: false };

it("asks a life that works once", async () => {
  expect(await saidOf(fine)).toEqual({ problem: undefined, lived: 1 });
});

it("believes a failed write at once", async () => {
  expect(await saidOf(refused, fine)).toEqual({ problem: refused.problem, lived: 1 });
});

it("believes a failure without one when it comes again", async () => {
  expect(await saidOf(late, late)).toEqual({ problem: late.problem, lived: 2 });
  expect(await saidOf(late, fine)).toEqual({ problem: undefined, lived: 2 });
});
