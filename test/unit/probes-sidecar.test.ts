import { expect, it } from "vitest";
import type { Container } from "../../src/engine/engine.ts";
import { becomesReady } from "../../src/probes/support/sidecar.ts";

/** A database that ends between two questions: the engine then refuses the next one. */
const ending = (exited: Container["exited"]): Container =>
  ({
    exec: () => Promise.reject(new Error("The container engine refused `POST /containers/1/exec`: it is not running")),
    exited,
    logs: () => Promise.resolve([{ stream: "stderr", at: 0, text: "superuser password is not specified" }]),
  }) as unknown as Container;
const ready = [{ kind: "command", argv: ["pg_isready"] }] as const;
const limits = { limitMs: 5000, signal: new AbortController().signal };

it("says that a sidecar ended, with its last line, and not that the engine refused to ask it", async () => {
  let asked = 0;
  // Watched first, for as long as it runs; asked again once a question was refused.
  const container = ending((signal) => {
    asked += 1;
    return asked > 1
      ? Promise.resolve({ code: 1, at: 0 } as never)
      : new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("over")), { once: true }));
  });
  expect((await becomesReady(container, ready, limits)).problem).toBe(
    "it ended with exit code 1. Its last line: superuser password is not specified",
  );
});

it("keeps the engine's own words where the sidecar still runs", async () => {
  const container = ending(
    (signal) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("over")), { once: true })),
  );
  expect((await becomesReady(container, ready, limits)).problem).toMatch(/^The container engine refused/);
});
