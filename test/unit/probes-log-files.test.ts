import { expect, it } from "vitest";
import { logFilesOf } from "../../src/probes/ordinary-run.ts";

it("takes what was written for a log file, and no link, folder or other owner", async () => {
  const changed = ["/var/log/app.log", "/var/log/access.log", "/app/logs/old", "/app/logs/app.txt", "/app/data.db"];
  const written = ["/app/logs/app.txt", "/app/data.db", "/data/log/audit"];
  const container = {
    changes: async () => changed.map((path) => ({ path, kind: "added" as const })),
    // As the archive at a path has it: the file itself, or what lies below.
    writtenBelow: async (path: string) => written.filter((one) => one === path || one.startsWith(`${path}/`)),
  };
  const image = { config: { volumes: ["/data"] } };
  expect(await logFilesOf(container, { image })).toEqual(["/app/logs/app.txt", "/data/log/audit"]);
});
