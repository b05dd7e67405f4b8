import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { exampleContract } from "../../src/checks/support/examples.ts";
import type { Container } from "../../src/engine/engine.ts";
import type { HttpExpectation } from "../../src/model/types.ts";
import type { NotedWrite } from "../../src/probes/support/hook-records.ts";
import { readRecords } from "../../src/probes/support/hook-records.ts";
import { whyBlind } from "../../src/probes/support/hooked-run.ts";
import { minimalSet } from "../../src/probes/support/minimal-set.ts";
import { sendRequests } from "../../src/probes/support/requests.ts";
import { mostPatience } from "../../src/probes/writes.ts";
import { worseVisits } from "../../src/probes/support/visits.ts";
import { belowTemporary, writtenFolders } from "../../src/probes/support/written-folders.ts";

const write = (path: string, more: Partial<NotedWrite> = {}): NotedWrite => ({
  kind: "open",
  path,
  base: path.slice(0, path.lastIndexOf("/")) || "/",
  empty: false,
  by: "/app/app.py:3",
  phase: "start",
  ...more,
});
const foldersOf = (...args: Parameters<typeof writtenFolders>) =>
  writtenFolders(...args).map(({ path, mount }) => `${path} ${mount}`);

it.each([
  ["a temporary file", [write("/tmp/tmpab12")], "/tmp tmpfs"],
  [
    "a temporary folder, and a file in it",
    [write("/tmp/tmpab12", { kind: "tempfile.mkdtemp" }), write("/tmp/tmpab12/a")],
    "/tmp tmpfs",
  ],
  ["a file beside the code", [write("/app/items.db")], "/app volume"],
  ["a file in an empty folder", [write("/data/items.db", { empty: true })], "/data volume"],
  [
    "a new folder in one that holds something",
    [
      write("/home/demo/.config", { kind: "os.mkdir" }),
      write("/home/demo/.config/matplotlib", { kind: "os.mkdir", base: "/home/demo/.config" }),
      write("/home/demo/.config/matplotlib/a", { base: "/home/demo/.config/matplotlib", empty: true }),
    ],
    "/home/demo/.config tmpfs",
  ],
  [
    "a new folder in an empty one",
    [
      write("/data/cache", { kind: "os.mkdir", empty: true }),
      write("/data/cache/a", { base: "/data/cache", empty: true }),
    ],
    "/data volume",
  ],
  [
    "a folder with a random name elsewhere",
    [
      write("/app/tmpx1", { kind: "tempfile.mkdtemp" }),
      write("/app/tmpx1", { kind: "os.mkdir" }),
      write("/app/tmpx1/a", { base: "/app/tmpx1", empty: true }),
    ],
    "/app volume",
  ],
])("finds the folder of %s", (_, writes, folder) => {
  expect(foldersOf(writes, [])).toEqual([folder]);
});

it("finds by the engine's difference what no note tells", () => {
  const changes = [
    { path: "/var", kind: "changed" },
    { path: "/var/cache", kind: "changed" },
    { path: "/var/cache/index", kind: "added" },
    { path: "/tmp", kind: "changed" },
  ] as const;
  expect(foldersOf([], changes)).toEqual(["/var/cache volume", "/tmp tmpfs"]);
  expect(foldersOf([write("/var/cache/other")], changes)).toEqual(["/var/cache volume", "/tmp tmpfs"]);
});

it("leaves a folder that the image brings below /run as it is, where a new one above would hide it", () => {
  const writes = [write("/run/app/web.pid", { base: "/run/app" })];
  const changes = [{ path: "/run/app", kind: "changed" }] as const;
  expect(belowTemporary(writes, changes)).toEqual(["/run/app"]);
  expect(foldersOf(writes, [], new Set(["/run/app"]))).toEqual(["/run/app volume"]);
  expect(foldersOf([write("/run/app/new/web.pid")], [], new Set(["/run/app"]))).toEqual(["/run/app volume"]);
  expect(foldersOf([...writes, write("/run/other.pid")], [], new Set(["/run/app"]))).toEqual([
    "/run/app volume",
    "/run tmpfs",
  ]);
  expect(foldersOf(writes, [])).toEqual(["/run tmpfs"]);
});

it("keeps who wrote first, and when", () => {
  const [folder] = writtenFolders([write("/tmp/a", { phase: "use" }), write("/tmp/b", { by: "/app/b.py:1" })], []);
  expect(folder).toMatchObject({
    by: ["/app/app.py:3", "/app/b.py:1"],
    examples: ["/tmp/a", "/tmp/b"],
    phase: "start",
  });
});

const needing = (...needed: readonly string[]) => {
  const asked: string[] = [];
  const tryWith = (given: readonly string[]) => {
    asked.push(given.join(" "));
    return Promise.resolve(needed.every((one) => given.includes(one)) ? undefined : "no");
  };
  return { asked, tryWith };
};

it.each([
  { candidates: [], needed: [], set: [], trials: 1 },
  { candidates: ["/a", "/b"], needed: [], set: [], trials: 1 },
  { candidates: ["/a"], needed: ["/a"], set: ["/a"], trials: 2 },
  { candidates: ["/a", "/b", "/c"], needed: ["/b"], set: ["/b"], trials: 5 },
  { candidates: ["/a", "/b", "/c"], needed: ["/a", "/c"], set: ["/a", "/c"], trials: 5 },
  { candidates: ["/a"], needed: ["/elsewhere"], set: undefined, trials: 2 },
])("finds $set of $candidates in at most two more trials", async ({ candidates, needed, set, trials }) => {
  const { asked, tryWith } = needing(...needed);
  const found = await minimalSet(candidates, [], tryWith);
  expect(found.set).toEqual(set);
  expect(asked).toHaveLength(trials);
  expect(asked.length).toBeLessThanOrEqual(candidates.length + 2);
});

it("has time for a start with each place that the contract names and nobody was seen to write to", () => {
  const withPaths = (count: number) =>
    mostPatience({ ...exampleContract, writablePaths: Array.from({ length: count }, (_, index) => `/p${index}`) });
  const start = exampleContract.limits.startSeconds * 1000;
  expect(withPaths(12) - withPaths(2)).toBeGreaterThanOrEqual(10 * start);
});

it("keeps the later one where one of two is enough", async () => {
  const either = (given: readonly string[]) => Promise.resolve(given.length > 0 ? undefined : "no");
  expect((await minimalSet(["/undeclared", "/declared"], [], either)).set).toEqual(["/declared"]);
});

it("takes in where nobody was seen to write only when the rest is not enough", async () => {
  const needs = (...paths: readonly string[]) => {
    return (given: readonly string[]) =>
      Promise.resolve(paths.every((path) => given.includes(path)) ? undefined : "It exits.");
  };
  expect((await minimalSet(["/db"], ["/tmp", "/spare"], needs("/db"))).set).toEqual(["/db"]);
  expect((await minimalSet(["/db"], ["/tmp", "/spare"], needs("/db", "/tmp"))).set).toEqual(["/db", "/tmp"]);
  expect((await minimalSet([], ["/tmp"], needs("/tmp"))).set).toEqual(["/tmp"]);
  expect((await minimalSet(["/db"], ["/tmp"], needs("/elsewhere"))).set).toBeUndefined();
});

it("reads what the hook noted, and leaves out what it cannot have written", () => {
  const early = '["start", "3.13", true]\n["read", "item", "TOKEN", false, "/app/a.py:1"]\n';
  const late = `${early}["write", "open", "/tmp/a", "/tmp", true, "/app/a.py:2"]\nno JSON\n["read", "item", "A B", false, ""]\n["write", 5]\n{}\n`;
  const files = (text: string) => new Map([["/seen/7-1001", Buffer.from(text)]]);
  expect(readRecords(files(late), files(early))).toEqual({
    started: { python: "3.13", audits: true },
    programs: [],
    settings: [],
    reads: [{ how: "item", name: "TOKEN", present: false, by: "/app/a.py:1", phase: "start" }],
    writes: [{ kind: "open", path: "/tmp/a", base: "/tmp", empty: true, by: "/app/a.py:2", phase: "use" }],
  });
});

it.each([
  [["/opt/venv/bin/python -I /opt/venv/bin/uvicorn app:app"], /started with -I/],
  [["python3.13 -u -Es -m app"], /started with -Es/],
  [["python -m app -I"], /did not load/],
  [["/usr/bin/caddy run"], /No Python runs in it: process 1 is `\/usr\/bin\/caddy run`/],
  [[], /No Python of it/],
])("says why nothing was noted of %j", (running, words) => {
  expect(whyBlind(running)).toMatch(words);
});

it("calls a request worse that failed only now", () => {
  const usual = [
    { path: "/a", status: 200 },
    { path: "/b", status: 500 },
    { path: "POST /c", status: 201 },
    { path: "POST /d", status: 201 },
  ];
  const now = [
    { path: "/a", status: 404 },
    { path: "/b", status: 0 },
    { path: "POST /c", status: 409 },
    { path: "POST /d", status: 0 },
  ];
  expect(worseVisits(usual, now)).toEqual(["/a (200 → 404)", "POST /d (201 → no answer)"]);
});

it("compares a request that is made twice with the same one before", () => {
  const of = (...statuses: readonly number[]) => statuses.map((status) => ({ path: "GET /me", status }));
  expect(worseVisits(of(200, 401), of(200, 401))).toEqual([]);
  expect(worseVisits(of(200, 401), of(200, 500))).toEqual(["GET /me (401 → 500)"]);
});

it("calls no request worse that an earlier run made succeed", () => {
  expect(worseVisits([{ path: "GET /items/1", status: 404 }], [{ path: "GET /items/1", status: 200 }])).toEqual([]);
});

it("sends the team's requests in their order, and keeps no query", async () => {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    request.on("data", (body: Buffer) => seen.push(`${request.method} ${request.url} ${body.toString()}`));
    request.on("end", () => response.writeHead(201).end());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const expectation = { kind: "http", method: "POST", path: "/items?token=secret", headers: {}, body: "{}" };
  const contract = {
    ...exampleContract,
    expectations: [{ ...expectation } as unknown as HttpExpectation, { kind: "log" } as never],
  };
  const container = { url: (_: number, path: string) => new URL(path, `http://127.0.0.1:${port}`) } as Container;
  const visits = await sendRequests(container, contract, new AbortController().signal);
  server.close();
  expect(seen).toEqual(["POST /items?token=secret {}"]);
  expect(visits).toEqual([{ path: "POST /items", status: 201 }]);
});
