import { describe, expect, it } from "vitest";
import type { Probe } from "../probes/probe.ts";
import { beginLeading, inGoodOrder, type Tells } from "./order.ts";

type Timing = Pick<Probe, "runs" | "waits" | "long" | "leads">;

const job = (name: string, more: Partial<Timing> = {}) => ({
  name,
  probe: { runs: "beside-others", ...more } as Timing,
});

/** Jobs that last until they are told to end, and what has begun so far. */
function stage() {
  const begun: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const told = new Map<string, Tells>();
  const collect = ({ name }: { readonly name: string }, tells?: Tells) => {
    begun.push(name);
    if (tells !== undefined) told.set(name, tells);
    return new Promise<void>((resolve, reject) => {
      ends.set(name, (error) => (error === undefined ? resolve() : reject(error)));
    });
  };
  const settled = () => new Promise<void>((resolve) => void setImmediate(resolve));
  const end = async (name: string, error?: Error) => {
    ends.get(name)?.(error);
    await settled();
  };
  return {
    begun,
    collect,
    end,
    rests: (name: string) => (told.get(name)?.rests(), settled()),
    idles: (name: string) => (told.get(name)?.idles(), settled()),
    settled,
  };
}

describe("the order of probes", () => {
  it("begins all others when the one that leads rests, the long ones first", async () => {
    const { begun, collect, end, rests } = stage();
    const all = inGoodOrder([job("short"), job("long", { long: true }), job("leads", { leads: true })], false, collect);
    expect(begun).toEqual(["leads"]);
    await rests("leads");
    expect(begun).toEqual(["leads", "long", "short"]);
    for (const name of begun) await end(name);
    await all;
  });

  it("begins them too when the one that leads ends without a rest, and throws what it threw at the end", async () => {
    const { begun, collect, end } = stage();
    const all = inGoodOrder([job("other"), job("leads", { leads: true })], false, collect);
    const outcome = all.then(
      () => "ended",
      (error: Error) => error.message,
    );
    await end("leads", new Error("lost"));
    expect(begun).toEqual(["leads", "other"]);
    expect(await Promise.race([outcome, Promise.resolve("still running")])).toBe("still running");
    await end("other");
    expect(await outcome).toBe("lost");
  });

  it("begins none again that has begun before, and throws what it threw", async () => {
    const { begun, collect, end, settled } = stage();
    const jobs = [job("other"), job("leads", { leads: true })];
    const leading = beginLeading(jobs, false, collect);
    expect(begun).toEqual(["leads"]);
    await end("leads", new Error("lost"));
    const all = inGoodOrder(jobs, false, collect, leading).catch((error: Error) => error.message);
    await settled();
    expect(begun).toEqual(["leads", "other"]);
    await end("other");
    expect(await all).toBe("lost");
  });

  it("tells that one idles when it says so or has ended, and not when it rests", async () => {
    const { collect, end, rests, idles } = stage();
    const seen: string[] = [];
    for (const name of ["idle", "ended"])
      void beginLeading([job(name, { leads: true })], false, collect).idling.then(() => seen.push(name));
    await rests("idle");
    expect(seen).toEqual([]);
    await idles("idle");
    expect(seen).toEqual(["idle"]);
    await end("ended");
    expect(seen).toEqual(["idle", "ended"]);
  });

  it("measures last, one after the other", async () => {
    const { begun, collect, end, settled } = stage();
    const timed = { runs: "alone" } as const;
    const all = inGoodOrder([job("first", timed), job("second", timed), job("other")], false, collect);
    await settled();
    expect(begun).toEqual(["other"]);
    await end("other");
    expect(begun).toEqual(["other", "first"]);
    await end("first");
    expect(begun).toEqual(["other", "first", "second"]);
    await end("second");
    await all;
  });

  it("runs no more at once than the machine has room for, and more of those that wait", async () => {
    const { begun, collect, end, settled } = stage();
    const names = ["a", "b", "c", "d", "e", "f"];
    const all = inGoodOrder(
      [...names.map((name) => job(name)), ...names.map((name) => job(`${name} waits`, { waits: true }))],
      false,
      collect,
    );
    await settled();
    expect(begun.filter((name) => !name.includes("waits"))).toEqual(["a", "b"]);
    expect(begun.filter((name) => name.includes("waits"))).toHaveLength(4);
    for (let done = 0; done < 12; done += 1) await end(begun[done] ?? "");
    await all;
  });

  it("has nothing that leads or runs alone in the short proof", async () => {
    const { begun, collect, end, settled } = stage();
    const all = inGoodOrder([job("timed", { runs: "alone" }), job("leads", { leads: true })], true, collect);
    await settled();
    expect(begun).toEqual(["timed", "leads"]);
    for (const name of begun) await end(name);
    await all;
  });
});
