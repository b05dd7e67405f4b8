import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RenderedFile, Report } from "../../../src/model/types.ts";
import { finishRun, openRun } from "../../../src/pipeline/run-directory.ts";
import { sampleReport } from "../../golden/sample-report.ts";
import { type Outcome, start } from "../support/cli.ts";
import { haltingAt } from "../support/halt.ts";

/** `apply` and `rollback`, as processes of their own, ended or interrupted before each single change that they make on the disk. */

interface Content {
  readonly text: string;
  readonly mode: number;
}
type Tree = Readonly<Record<string, Content>>;

const OLD: Tree = {
  Makefile: { text: "old:\n\ttrue\n", mode: 0o600 },
  "scripts/verify.sh": { text: "#!/bin/sh\nexit 1\n", mode: 0o755 },
};
const NEW: Tree = {
  Makefile: { text: "old:\n\ttrue\nbuild-prod:\n\ttrue\n", mode: 0o644 },
  "Dockerfile.prod": { text: "FROM python:3.13-slim\n", mode: 0o644 },
  "scripts/verify.sh": { text: "#!/bin/sh\nexit 0\n", mode: 0o755 },
  "contracts/prod/container.md": { text: "# Contract\n", mode: 0o644 },
};

const files: readonly RenderedFile[] = Object.entries(NEW).map(([path, { text, mode }]) => ({
  path,
  content: text,
  executable: mode === 0o755,
  mode: "whole",
  why: "",
}));
const report: Report = { ...sampleReport, files, verdict: { ...sampleReport.verdict, status: "pass" } };

let parent = "";
/** Folders to copy: with a run that can be applied, and with that run applied. */
const template = { apply: "", rollback: "" };

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), "seaworthy-test-"));
  template.apply = join(parent, "before");
  for (const [path, { text, mode }] of Object.entries(OLD)) {
    await mkdir(dirname(join(template.apply, path)), { recursive: true });
    await writeFile(join(template.apply, path), text, { mode });
  }
  const run = await openRun(template.apply, { now: 0, fresh: true });
  await finishRun(run, 1, true);
  await writeFile(join(run.directory, "report.json"), JSON.stringify(report));
  template.rollback = join(parent, "applied");
  await cp(template.apply, template.rollback, { recursive: true, verbatimSymlinks: true });
  expect(await command("apply", template.rollback).ended).toMatchObject({ code: 0 });
  expect(await treeOf(template.rollback)).toEqual(NEW);
});
afterAll(() => rm(parent, { recursive: true, force: true }));

type Command = "apply" | "rollback";

/** @param haltAt The number of the change before which the process stands still. */
const command = (name: Command, folder: string, haltAt = 0) =>
  start([name, folder], haltAt === 0 ? {} : haltingAt(haltAt));

/** What a person sees in the folder, without what is ours. */
async function treeOf(folder: string): Promise<Tree> {
  const names = await readdir(folder, { recursive: true });
  const found: Array<readonly [string, Content]> = [];
  for (const path of names.filter((name) => !name.startsWith(".seaworthy"))) {
    const facts = await stat(join(folder, path));
    if (facts.isFile())
      found.push([path, { text: await readFile(join(folder, path), "utf8"), mode: facts.mode & 0o777 }]);
  }
  return Object.fromEntries(found.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
const sorted = (tree: Tree): Tree => Object.fromEntries(Object.entries(tree).toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** Each file is the whole old one or the whole new one; beside it may lie what was being written. */
function expectWholeFiles(tree: Tree): void {
  const isWhole = ([path, content]: readonly [string, Content]) =>
    [OLD[path], NEW[path]].some((one) => isDeepStrictEqual(one, content));
  expect(Object.entries(tree).filter((one) => !one[0].endsWith(".part") && !isWhole(one))).toEqual([]);
  expect(Object.keys(tree)).toEqual(expect.arrayContaining(Object.keys(OLD)));
}

/** What the command changes on the disk when nothing disturbs it, in its order. */
async function changesOf(name: Command): Promise<readonly string[]> {
  const folder = await copyOf(name, "undisturbed");
  const { code, stderr } = await command(name, folder, 1_000_000).ended;
  expect(code).toBe(0);
  return stderr.split("\n").filter((line) => line.startsWith("change "));
}

async function copyOf(name: Command, purpose: string): Promise<string> {
  const folder = await mkdtemp(join(parent, `${purpose}-`));
  await cp(template[name], folder, { recursive: true, verbatimSymlinks: true });
  return folder;
}

/** Starts the command, sends the signal when it stands before that change, and waits for its end. */
async function disturb(name: Command, folder: string, haltAt: number, signal: NodeJS.Signals): Promise<Outcome> {
  const started = command(name, folder, haltAt);
  await started.said(/^halted$/m);
  started.child.kill(signal);
  return started.ended;
}

/** So many at once: each of them mostly waits for a process to load. */
const LANES = 3;

/** Does the work for each change of the command. */
async function atEachChange(name: Command, work: (haltAt: number, what: string) => Promise<void>): Promise<void> {
  const left = [...(await changesOf(name)).entries()];
  expect(left.length, "the hook sees the changes").toBeGreaterThan(10);
  const lane = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [index, what] = next;
      await work(index + 1, what).catch((cause: unknown) => {
        throw new Error(`Before ${what}`, { cause });
      });
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

describe.each(["apply", "rollback"] as const)("%s killed before each of its changes", (name) => {
  it("leaves whole files, and the next command makes the tree whole", async () => {
    await atEachChange(name, async (haltAt) => {
      const folder = await copyOf(name, "killed");
      await disturb(name, folder, haltAt, "SIGKILL");
      expectWholeFiles(await treeOf(folder));
      const again = await copyOf(name, "again");
      await cp(folder, again, { recursive: true, verbatimSymlinks: true });

      expect((await command("rollback", folder).ended).stderr).not.toMatch(/bug|\n\s+at /);
      expect(await treeOf(folder)).toEqual(sorted(OLD));
      expect((await readdir(folder)).toSorted()).toEqual([".seaworthy", "Makefile", "scripts"]);

      expect(await command("apply", again).ended).toMatchObject({ code: 0, stderr: "" });
      expect(await treeOf(again)).toEqual(sorted(NEW));
      expect((await command("rollback", again).ended).code).toBe(0);
      expect(await treeOf(again)).toEqual(sorted(OLD));
    });
  });
});

it("apply interrupted by Ctrl-C before each of its changes writes all or nothing, and says which", async () => {
  const ends = new Set<number | null>();
  await atEachChange("apply", async (haltAt) => {
    const folder = await copyOf("apply", "interrupted");
    const { code, stdout, stderr } = await disturb("apply", folder, haltAt, "SIGINT");
    ends.add(code);
    const written = code === 0;
    expect(/^Written: /m.test(stdout)).toBe(written);
    expect(stderr.match(/Interrupted by SIGINT|\[run\/interrupted\]/g) ?? []).toHaveLength(written ? 0 : 2);
    expect(await treeOf(folder)).toEqual(sorted(written ? NEW : OLD));
    expect(stderr).not.toMatch(/\n\s+at /);
  });
  expect(ends).toEqual(new Set([0, 2]));
});

it("rollback interrupted by Ctrl-C before each of its changes finishes first, and says so", async () => {
  await atEachChange("rollback", async (haltAt) => {
    const folder = await copyOf("rollback", "interrupted");
    const { code, stdout, stderr } = await disturb("rollback", folder, haltAt, "SIGINT");
    expect(stderr).toMatch(/SIGINT: .*taken back first/);
    expect(stdout).toMatch(/^Taken back: /m);
    expect(code).toBe(0);
    expect(await treeOf(folder)).toEqual(sorted(OLD));
  });
});

it("a rollback that is itself killed while it takes back a killed apply leaves work for the next one only", async () => {
  const changes = await changesOf("apply");
  const middle = changes.findLastIndex((line) => line.includes("rename")) - 2;
  const half = await copyOf("apply", "half");
  await disturb("apply", half, middle, "SIGKILL");
  let haltAt = 0;
  for (let halted = true; halted;) {
    haltAt += 1;
    const folder = await mkdtemp(join(parent, "twice-"));
    await cp(half, folder, { recursive: true, verbatimSymlinks: true });
    const second = command("rollback", folder, haltAt);
    halted = await second.said(/^halted$/m).then(
      () => true,
      () => false,
    );
    second.child.kill("SIGKILL");
    await second.ended;
    expectWholeFiles(await treeOf(folder));
    await command("rollback", folder).ended;
    expect(await treeOf(folder)).toEqual(sorted(OLD));
  }
  expect(haltAt).toBeGreaterThan(8);
});
