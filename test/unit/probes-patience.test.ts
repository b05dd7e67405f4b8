import { expect, it } from "vitest";
import { exampleContract } from "../../src/checks/support/examples.ts";
import { exitProblem } from "../../src/checks/support/exit.ts";
import { signalNamed } from "../../src/probes/support/stop.ts";
import { whyUnhealthy } from "../../src/probes/support/health.ts";
import { loneliestLife } from "../../src/probes/support/lonely-life.ts";
import { business } from "../../src/kit/machine.ts";
import { startPatience } from "../../src/probes/support/patience.ts";

it.each([
  [0.2, 2, 1],
  [2, 2, 1],
  [6, 2, 3],
  [60, 2, 4],
])("a load of %d on %d processors takes %d times as long", (load, processors, factor) => {
  expect(business(load, processors)).toBe(factor);
});

it("waits at least as long as the contract allows a start to take", () => {
  expect(startPatience(exampleContract)).toBeGreaterThanOrEqual(exampleContract.limits.startSeconds * 1000);
});

it("calls a late exit on a busy machine unproven, and everything else that is not clean a failure", () => {
  const clean = {
    exit: { code: 143, oomKilled: false, finishedAt: 0 },
    milliseconds: 900,
    graceSeconds: 10,
    busy: true,
  };
  expect(exitProblem(clean, "It:")).toBeUndefined();
  expect(exitProblem({ ...clean, milliseconds: 11_000 }, "It:")).toMatchObject({ status: "unproven" });
  expect(exitProblem({ ...clean, milliseconds: 11_000, busy: false }, "It:")).toMatchObject({ status: "fail" });
  expect(exitProblem({ ...clean, exit: { ...clean.exit, oomKilled: true } }, "It:")).toMatchObject({ status: "fail" });
});

it.each([
  ["is there although nothing else ran", { busy: false }, "fail"],
  ["is there, and nobody counted what it took", { busy: true }, "fail"],
  ["took what it could get, and was not done", { busy: true, lastHalf: { cpuMs: 1900, fairMs: 1800 } }, "unproven"],
  ["left the processors to others", { busy: true, lastHalf: { cpuMs: 500, fairMs: 1800 } }, "fail"],
])("of a service that %s", (_, seen, status) => {
  const waited = { exit: undefined, milliseconds: 40_000, graceSeconds: 10, ...seen };
  expect(exitProblem(waited, "It:")).toMatchObject({ status });
});

it("takes 130 for a clean exit after SIGINT, as 143 is one after SIGTERM", () => {
  const ended = {
    exit: { code: 130, oomKilled: false, finishedAt: 0 },
    milliseconds: 9,
    graceSeconds: 10,
    busy: false,
  };
  expect(exitProblem({ ...ended, signal: "SIGINT" }, "It:")).toBeUndefined();
  expect(exitProblem(ended, "It:")).toMatchObject({ status: "fail" });
});

it.each([
  [undefined, "SIGTERM"],
  ["SIGINT", "SIGINT"],
  ["int", "SIGINT"],
  ["2", "SIGINT"],
  ["15", "SIGTERM"],
  ["SIGKILL", "SIGKILL"],
  ["SIGUSR1", "SIGUSR1"],
  ["SIGWINCH", "SIGWINCH"],
  ["SIGRTMIN+3", "SIGRTMIN+3"],
  ["rtmin+3", "SIGRTMIN+3"],
] as const)("an image with STOPSIGNAL %s is stopped by %s", (name, sent) => {
  expect(signalNamed(name)).toBe(sent);
});

it("does not conclude from a start as nobody how an image starts as root", async () => {
  const starts: unknown[] = [];
  const engine = { start: (_: string, options: unknown) => (starts.push(options), Promise.reject(new Error("no"))) };
  const life = (user: string) => {
    const context = { shared: {}, contract: exampleContract, image: { id: "x", config: { user } }, engine };
    return loneliestLife(context as never, AbortSignal.timeout(5000));
  };
  for (const user of ["", "root", "0", "0:0", "root:staff"]) expect(await life(user)).toBeUndefined();
  expect(starts).toEqual([]);
  await life("1001:1001");
  expect(starts).toHaveLength(1);
});

it("says that a container ran out of memory, and not only that it ended", () => {
  const ended = (oomKilled: boolean) => ({ code: 137, oomKilled, finishedAt: 0 });
  const why = (exit: ReturnType<typeof ended>) =>
    whyUnhealthy({ healthy: false, milliseconds: 900, last: "no answer", exit }, []);
  expect(why(ended(true))).toContain("was killed after 0.9 s because it ran out of memory");
  expect(why(ended(false))).toContain("exited with code 137 after 0.9 s");
});
