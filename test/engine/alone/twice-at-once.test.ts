import { createServer } from "node:net";
import { expect, it } from "vitest";
import type { Report } from "../../../src/model/types.ts";
import { leftOf, seaworthy } from "../support/cli.ts";
import { tinyService } from "../support/tiny-service.ts";

/** Builds of the same at once are what crashes the lab's engine: so nothing else builds beside these two. */

/** Somebody listens on this port of the machine: our own server, or whoever was there before. */
async function taken(port: number): Promise<AsyncDisposable> {
  const server = createServer();
  await new Promise<void>((resolve) => server.once("error", () => resolve()).listen(port, "0.0.0.0", resolve));
  return { [Symbol.asyncDispose]: () => new Promise((resolve) => void server.close(() => resolve())) };
}

it("does not disturb another run in the same folder, with the service's port taken", async () => {
  await using fixture = await tinyService();
  await using _ = await taken(8000);
  const both = await Promise.all([1, 2].map(() => seaworthy([`${fixture.folder}/`, "--repetitions", "1", "--json"])));
  const reports = both.map(({ stdout, stderr }) => {
    if (stdout === "") throw new Error(stderr);
    return JSON.parse(stdout) as Report;
  });
  expect(new Set(reports.map(({ run: { id } }) => id)).size).toBe(2);
  for (const report of reports)
    for (const { checks } of [report.before, report.after])
      expect(checks.find(({ id }) => id === "becomes-healthy")?.status).toBe("pass");
  expect(await leftOf(fixture.folder)).toEqual([]);
});
