import { expect, it } from "vitest";
import type { Build, BuildStep, Image } from "../model/types.ts";
import { buildColdAndWarm } from "./cold-and-warm.ts";
import type { Timed } from "./timed-edits.ts";

const step = (name: string, cached: boolean): BuildStep => ({ name, stage: "stage-0", cached, milliseconds: 1 });
const CACHED = [step("[stage-0 1/2] FROM docker.io/library/python", false), step("[stage-0 2/2] RUN make", true)];
const MADE = [step("[stage-0 2/2] RUN make", false)];
const cold: Build = { kind: "cold", milliseconds: 9000, steps: MADE, measuredIn: "an earlier run" };

/** The builds that are made, each with its steps, and those that count at the end. */
async function built(given: {
  readonly cold?: Build;
  readonly notCold?: string;
  readonly quick?: boolean;
  readonly repetitions?: number;
  readonly steps: ReadonlyArray<readonly BuildStep[]>;
}) {
  const made: string[] = [];
  const builds: Build[] = [];
  const time: Timed = async (kind, { noCache }) => {
    builds.push({ kind, milliseconds: made.length, steps: given.steps[made.length] ?? [] });
    made.push(noCache === true ? `${kind} without cache` : kind);
    return {} as Image;
  };
  const { quick = false, repetitions = 1, cold: known, notCold } = given;
  await buildColdAndWarm({ quick, repetitions } as never, { time, builds, cold: known, notCold });
  return {
    made,
    counted: builds.map(({ kind, measuredIn }) => (measuredIn === undefined ? kind : `${kind}, ${measuredIn}`)),
  };
}

it("builds without cache and then warm where no earlier run measured it", async () =>
  expect(await built({ steps: [MADE, CACHED, CACHED], repetitions: 2 })).toEqual({
    made: ["cold without cache", "warm", "warm"],
    counted: ["cold", "warm", "warm"],
  }));

it("builds warm alone where an earlier run measured the cold build and the cache is still there", async () =>
  expect(await built({ cold, steps: [CACHED] })).toEqual({
    made: ["warm"],
    counted: ["cold, an earlier run", "warm"],
  }));

it("does not take the build that fills a lost cache for a warm one", async () =>
  expect(await built({ cold, steps: [MADE, CACHED] })).toEqual({
    made: ["warm", "warm"],
    counted: ["cold, an earlier run", "warm"],
  }));

it("counts no cold build where none can be cold", async () => {
  const notCold = "Its cache mounts stay.";
  expect(await built({ notCold, steps: [MADE, CACHED] })).toMatchObject({ counted: ["warm"] });
  expect(await built({ cold, notCold, steps: [CACHED] })).toMatchObject({ counted: ["warm"] });
});

it("builds once in the short proof", async () =>
  expect(await built({ quick: true, steps: [CACHED] })).toEqual({ made: ["warm"], counted: ["warm"] }));
