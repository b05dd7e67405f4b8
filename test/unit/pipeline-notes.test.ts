import { expect, it } from "vitest";
import { parseDockerfile } from "../../src/dockerfile/parse.ts";
import type { Stack } from "../../src/model/types.ts";
import { type Noted, notesOf } from "../../src/pipeline/notes.ts";

const NO_STACK: Stack = { files: [], service: undefined, env: {}, steps: [], notStarted: [], leftOut: [] };
const nothing: Noted = {
  pins: [],
  session: { ca: undefined, tree: { git: { dirty: [] } } },
  sides: { before: undefined, after: undefined },
  own: undefined,
  machine: { load: 3, processors: 2 },
  beside: { stack: NO_STACK, isSettled: false, seen: [] },
};
const pin = {
  image: "python:3.13-slim",
  digest: "sha256:0",
  platform: "linux/amd64",
  resolvedAt: undefined,
  from: "here",
};
const base = (named: string, really?: string) => ({
  bases: [
    { named, used: "seaworthy/base:1", standIn: really !== undefined, ...(really === undefined ? {} : { really }) },
  ],
  builds: [],
});

it("has nothing to say of a run on real bases", () => {
  expect(notesOf({ ...nothing, pins: [pin], sides: { before: base("python:3.13-slim"), after: undefined } })).toEqual(
    [],
  );
});

it("names every stand-in once, today's base as well, which no plan pins", () => {
  const sides = {
    before: base("python:3.12-slim", "Debian's Python"),
    after: base("python:3.13-slim@sha256:0", "Debian"),
  };
  expect(notesOf({ ...nothing, pins: [{ ...pin, standIn: "Debian" }], sides })).toEqual([
    "python:3.13-slim is a stand-in: Debian.",
    "python:3.12-slim is a stand-in: Debian's Python.",
  ]);
});

it("says that today's image does not build, so that nothing is compared", () => {
  const failure = { step: "There is no image `nowhere:1`", log: [] };
  const sides = { before: { bases: [], builds: [], failure }, after: base("python:3.13-slim") };
  expect(notesOf({ ...nothing, sides })).toEqual([
    "Today's image does not build, so there is nothing to compare with: There is no image `nowhere:1`.",
  ]);
});

it("says why a step of today's image fails, without its shell", () => {
  const step =
    'The build failed at the step `[4/5] RUN poetry export`: process "/bin/sh -c poetry export" did not complete successfully: exit code: 1';
  const log = ["The requested command export does not exist.", "", "Documentation: https://docs.example/cli/"];
  const sides = { before: { bases: [], builds: [], failure: { step, log } }, after: base("python:3.13-slim") };
  expect(notesOf({ ...nothing, sides })).toEqual([
    "Today's image does not build, so there is nothing to compare with: The build failed at the step `[4/5] RUN poetry export` (exit code 1): The requested command export does not exist.",
  ]);
});

it("counts what was changed and not committed", () => {
  const changed = (dirty: readonly string[]) =>
    notesOf({ ...nothing, session: { ca: undefined, tree: { git: { dirty } } } });
  expect(changed(["app.py"])).toEqual(["1 tracked file with uncommitted changes, which the images hold."]);
  expect(changed(["app.py", "b.py"])).toEqual(["2 tracked files with uncommitted changes, which the images hold."]);
});

it("says why the service's own tests gave no figures", () => {
  expect(notesOf({ ...nothing, own: "The service's own tests could not be run: no pytest" })).toEqual([
    "The service's own tests could not be run: no pytest",
  ]);
});

it("says when other work made every time longer", () => {
  expect(notesOf({ ...nothing, machine: { load: 15.6, processors: 2 } })).toEqual([
    "The machine was busy with other work (load 16 on 2 processors): every time is longer than it would be alone.",
  ]);
  expect(notesOf({ ...nothing, machine: { load: 6, processors: 2 } })).toEqual([]);
});

it("says how to have started what nobody started, unless the team has settled that", () => {
  const stack = { ...NO_STACK, files: ["compose.yaml"], notStarted: ["db (postgres:17)"] };
  expect(notesOf({ ...nothing, beside: { ...nothing.beside, stack } })).toEqual([
    "Nothing was started beside the service: `sidecars: compose` in seaworthy.yaml would start db (postgres:17) of compose.yaml while it is proven.",
  ]);
  expect(notesOf({ ...nothing, beside: { ...nothing.beside, stack, isSettled: true } })).toEqual([]);
});

it("names what only stood in for a sidecar, and what was not given as Compose gives it", () => {
  const sidecar = { name: "db", where: "", image: "postgres:17", milliseconds: 1, by: "", problem: "", log: [] };
  const beside = {
    stack: { ...NO_STACK, files: ["compose.yaml"], leftOut: ["db: nothing of this machine is mounted at /x"] },
    isSettled: true,
    seen: [{ ...sidecar, standIn: "Debian's PostgreSQL" }, sidecar],
  };
  expect(notesOf({ ...nothing, beside })).toEqual([
    "postgres:17 is a stand-in: Debian's PostgreSQL.",
    "compose.yaml: db: nothing of this machine is mounted at /x.",
  ]);
});

it("says when today's image starts nothing by itself", () => {
  const of = (text: string) => notesOf({ ...nothing, dockerfile: parseDockerfile("Dockerfile", text) });
  expect(of("FROM python:3.13-slim\nCOPY . .\n")).toEqual([
    expect.stringContaining("Dockerfile has neither CMD nor ENTRYPOINT"),
  ]);
  for (const line of ['CMD ["gunicorn", "shop:app"]', 'ENTRYPOINT ["/start"]'])
    expect(of(`FROM python:3.13-slim\n${line}\n`)).toEqual([]);
});
