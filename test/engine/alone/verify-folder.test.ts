import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { leftOf, seaworthy } from "../support/cli.ts";
import { changesIn, codesIn, statusesIn, withStatus } from "../support/outcomes.ts";
import { type Fixture, tinyService } from "../support/tiny-service.ts";

/** `verify` of a folder twice: what the second one still does, and when. A crowded machine would leave checks unproven. */

const NO_SUCH_CHECK = "checkSeverity: { no-such-check: warning }\n";

const afterOf = ({ folder }: Fixture) => join(folder, ".seaworthy/runs/newest/after");
/** When a probe began, and when a build had ended: milliseconds since 1970. */
const beganAt = async (fixture: Fixture, probe: string): Promise<number> => {
  const text = await readFile(join(afterOf(fixture), "evidence", `${probe}.json`), "utf8");
  const { finishedAt, milliseconds } = JSON.parse(text) as { finishedAt: string; milliseconds: number };
  return Date.parse(finishedAt) - milliseconds;
};
const builtAt = async (fixture: Fixture, kind: string): Promise<number> => {
  const logs = join(afterOf(fixture), "logs");
  const log = (await readdir(logs)).find((name) => name.startsWith(`build-${kind}-`)) ?? "";
  return (await stat(join(logs, log))).mtimeMs;
};

it("builds the reworked image, proves it, and leaves no image and no change behind", async () => {
  await using fixture = await tinyService();
  const outcome = await seaworthy(["verify", "--json", fixture.folder]);
  expect(withStatus(outcome, "fail")).toEqual([]);
  expect(withStatus(outcome, "pass")).toEqual(
    expect.arrayContaining(["builds", "base-pinned", "non-root", "read-only-root", "dependency-layer-cached"]),
  );
  // A request is in flight on the route that is added from outside to Python's own server.
  expect(withStatus(outcome, "unproven")).toEqual([]);
  expect(outcome.code).toBe(0);
  expect(await leftOf(fixture.folder)).toEqual([]);
  expect(await changesIn(fixture)).toBe("");
  // Builds that may take minutes and both processors are timed before the service is started.
  expect(await beganAt(fixture, "ordinary-run")).toBeGreaterThan(await builtAt(fixture, "touch"));

  // The same input again: what installs the dependencies is read back, and proves the same.
  const again = await seaworthy(["verify", "--json", fixture.folder]);
  expect(again.stderr).toMatch(/the cold build and the build after a lock edit were measured in run \d{14}-/);
  expect(again.stderr).not.toContain("Built without any cached layer");
  expect(again.stderr).toMatch(/Walk every layer of the image once \(the same in run \d{14}-/);
  const [first, second] = [statusesIn(outcome), statusesIn(again)];
  for (const id of ["cold-build-time", "dependency-layer-refreshed", "no-secrets-in-layers"])
    expect([id, second.get(id)]).toEqual([id, first.get(id)]);
  // Only short builds are left: they are made while the service is left alone.
  expect(await beganAt(fixture, "ordinary-run")).toBeLessThan(await builtAt(fixture, "source-edit"));
  expect(await beganAt(fixture, "drain")).toBeGreaterThan(await builtAt(fixture, "touch"));
  expect([...second].filter(([, status]) => status === "fail" || status === "unproven")).toEqual([]);
  expect(await leftOf(fixture.folder)).toEqual([]);

  // What has begun by then goes too when the proof cannot be made.
  await writeFile(join(fixture.folder, "seaworthy.yaml"), NO_SUCH_CHECK);
  const refused = await seaworthy(["verify", fixture.folder]);
  expect([refused.code, codesIn(refused)]).toEqual([2, ["[config/unknown-check]"]]);
  expect(await leftOf(fixture.folder)).toEqual([]);
});
