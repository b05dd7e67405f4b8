import { expect, it } from "vitest";
import { goesByAge, longerTimes, quickHealth } from "../../src/probes/support/health-status.ts";

it.each([
  ["test $(find /tmp/alive -mmin -1)", true],
  ["[ $(( $(date +%s) - $(stat -c %Y /tmp/alive) )) -lt 60 ]", true],
  ["import os, time; assert time.time() - os.path.getmtime('/tmp/alive') < 60", true],
  ["curl -f http://localhost:8000/heartbeat", false],
  ["pgrep -f celery", false],
])("`%s` goes by the age of something: %s", (text, is) => expect(goesByAge(["CMD-SHELL", text])).toBe(is));

it("gives a command at least what is given to each, and its image's time up to a limit", () => {
  expect(quickHealth().timeoutMs).toBeGreaterThanOrEqual(3000);
  expect(quickHealth(10_000).timeoutMs).toBeGreaterThanOrEqual(10_000);
  expect(quickHealth(600_000).timeoutMs).toBeLessThan(600_000);
});

it("gives one that ran out of it the time of its image, and no other", () => {
  const times = { intervalMs: 500, timeoutMs: 3000, retries: 1, startPeriodMs: 0 };
  const [ranOut, refused] = [-1, 1].map((code) => ({ code, output: "" }));
  expect(longerTimes(ranOut, times, 30_000)?.timeoutMs).toBeGreaterThanOrEqual(30_000);
  expect(longerTimes(ranOut, times, undefined)).toBeUndefined();
  expect(longerTimes(ranOut, { ...times, timeoutMs: 600_000 }, 30_000)).toBeUndefined();
  expect(longerTimes(refused, times, 30_000)).toBeUndefined();
  expect(longerTimes(undefined, times, 30_000)).toBeUndefined();
});
