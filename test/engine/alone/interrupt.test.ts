import { cp, mkdir, readdir, readFile, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { run } from "../../../src/kit/exec.ts";
import type { Report } from "../../../src/model/types.ts";
import { leftOf, type Outcome, start, type Started } from "../support/cli.ts";
import { environmentOf, type Moment, momentsOfBuilding, momentsOfProof } from "../support/moments.ts";
import { type Fixture, tinyService } from "../support/tiny-service.ts";

/** The whole run as a process of its own, interrupted and killed at each of its steps, each time taken up by the next one. */

/** A step of today's image that takes a moment, so that a build can be met at work. */
const DOCKERFILE = `FROM python:3.13-slim
WORKDIR /app
COPY . .
RUN sleep 1
EXPOSE 8000
VOLUME /data
CMD ["python", "-m", "tiny.server"]
`;

/** One service that is only ever interrupted while it is built, and one whose images are there to be proven. */
let building: Fixture;
let proving: Fixture;
let prepared: Promise<Outcome>;
const users = `users-own-${process.pid}`;

const docker = async (...args: readonly string[]): Promise<string> => (await run("docker", args)).stdout.trim();

beforeAll(async () => {
  building = await tinyService({ Dockerfile: DOCKERFILE });
  proving = await tinyService({ Dockerfile: DOCKERFILE });
  for (const fixture of [building, proving]) await mkdir(scratchOf(fixture));
  const first = begin(proving, {}, ["--keep-images"]);
  running.delete(first); // It goes on beside the first tests.
  prepared = first.ended;
  await docker("pull", "--quiet", "python:3.13-slim");
  await docker("network", "create", users);
  await docker("volume", "create", users);
  await docker("tag", "python:3.13-slim", `seaworthy/${users}:1`);
  await docker(
    "run",
    "-d",
    "--name",
    users,
    "--network",
    users,
    "-v",
    `${users}:/data`,
    "python:3.13-slim",
    "sleep",
    "3000",
  );
});

afterAll(async () => {
  await docker("rm", "--force", "--volumes", users);
  await docker("network", "rm", users);
  await docker("volume", "rm", users);
  for (const fixture of [building, proving])
    for (const id of await readdir(runsOf(fixture)))
      for (const kept of (await docker("images", "-q", "--filter", `label=seaworthy.run=${id}`)).split("\n"))
        await docker("rmi", "--force", kept);
  await docker("rmi", `seaworthy/${users}:1`);
  await building[Symbol.asyncDispose]();
  await proving[Symbol.asyncDispose]();
});

/** What a test that failed left running. */
const running = new Set<Started>();
afterEach(async () => {
  for (const { child, ended } of running) {
    child.kill("SIGKILL");
    await ended;
  }
  running.clear();
});

const scratchOf = ({ folder }: Fixture): string => join(folder, ".git", "scratch");
const runsOf = ({ folder }: Fixture): string => join(folder, ".seaworthy", "runs");
const newestOf = (fixture: Fixture): Promise<string> => readlink(join(runsOf(fixture), "newest"));
const directoryOf = async (fixture: Fixture): Promise<string> => join(runsOf(fixture), await newestOf(fixture));

/** Starts the whole run; its temporary files go to a folder where git and the service do not see them. */
function begin(fixture: Fixture, env: Readonly<Record<string, string>> = {}, more: readonly string[] = []): Started {
  const started = start([`${fixture.folder}/`, "--repetitions", "1", ...more], { ...env, TMPDIR: scratchOf(fixture) });
  running.add(started);
  void started.ended.then(() => running.delete(started));
  return started;
}

/** Resolves when the run is at the moment; rejects when it ends before. */
async function arrive(moment: Moment, fixture: Fixture, started: Started): Promise<void> {
  if (moment.halts !== undefined) return started.said(/^halted$/m);
  const ended = started.ended.then(({ stderr }) => {
    throw new Error(`It ended before it was ${moment.name}:\n${stderr}`);
  });
  const going = { directory: "", pid: started.child.pid ?? 0, scratch: scratchOf(fixture) };
  const reached = async () => {
    await started.said(/(Run|Taking up run) /);
    const directory = await directoryOf(fixture);
    while ((await moment.reached?.({ ...going, directory })) !== true) await pause(20);
  };
  await Promise.race([ended, reached()]);
}

/** What belongs to the user is as it was, and git sees no change in the folder. */
async function expectUntouched({ folder }: Fixture): Promise<void> {
  expect(await docker("inspect", "--format", "{{.State.Running}}", users)).toBe("true");
  for (const kind of ["network", "volume"])
    expect(await docker(kind, "ls", "-q", "--filter", `name=${users}`)).not.toBe("");
  expect(await docker("images", "-q", `seaworthy/${users}`)).not.toBe("");
  expect((await run("git", ["status", "--porcelain"], { cwd: folder })).stdout).toBe("");
}

/** Files of the run that hold JSON hold all of it; beside them may lie what was just being written. */
async function expectWholeFiles(fixture: Fixture): Promise<void> {
  const directory = await directoryOf(fixture);
  for (const name of await readdir(directory, { recursive: true }))
    if (name.endsWith(".json")) JSON.parse(await readFile(join(directory, name), "utf8"));
}

async function expectInterrupted({ code, stderr }: Outcome, fixture: Fixture): Promise<void> {
  expect(stderr).toContain("Interrupted by SIGINT");
  expect(stderr.match(/\[[a-z]+\/[a-z-]+\]/g)).toEqual(["[run/interrupted]"]);
  expect(stderr).not.toMatch(/\n\s+at |bug in seaworthy/);
  expect(code).toBe(2);
  expect(await leftOf(fixture.folder)).toEqual([]);
  expect(await readdir(scratchOf(fixture))).toEqual([]);
}

/** So late, nothing is given up: the report is written, and the run ends as its verdict says. */
async function expectFinished({ code, stderr }: Outcome, fixture: Fixture): Promise<void> {
  expect(stderr).not.toMatch(/\n\s+at |bug in seaworthy/);
  const report = JSON.parse(await readFile(join(await directoryOf(fixture), "report.json"), "utf8")) as Report;
  expect(code).toBe(report.verdict.status === "pass" ? 0 : 1);
  expect(await leftOf(fixture.folder)).toEqual([]);
}

/** Ctrl-C at the moment, then kill -9 at the same moment of the run that takes it up, then a third that sweeps; returns what is left then. */
async function disturb(moment: Moment, fixture: Fixture, more: readonly string[] = []): Promise<readonly string[]> {
  const forget = () => rm(join(runsOf(fixture), "newest", moment.without), { force: true });
  await forget();
  const interrupted = begin(fixture, environmentOf(moment), more);
  await arrive(moment, fixture, interrupted);
  interrupted.child.kill("SIGINT");
  if (moment.atTheEnd === true) await expectFinished(await interrupted.ended, fixture);
  else await expectInterrupted(await interrupted.ended, fixture);
  await expectUntouched(fixture);

  await forget();
  if (moment.atTheEnd === true) await unfinish(await directoryOf(fixture));
  const killed = begin(fixture, environmentOf(moment), more);
  await arrive(moment, fixture, killed);
  killed.child.kill("SIGKILL");
  expect((await killed.ended).stderr).toMatch(/Taking up run/);
  await expectWholeFiles(fixture);
  await expectUntouched(fixture);

  await forget();
  const next = begin(fixture, {}, more);
  await next.said(/Taking up run/);
  await next.said(/Building today's image/);
  expect(await leftOf(fixture.folder, next.child.pid)).toEqual([]);
  const own = `-${next.child.pid}-`;
  expect((await readdir(scratchOf(fixture))).filter((name) => !name.includes(own))).toEqual([]);
  next.child.kill("SIGINT");
  await next.ended;
  return leftOf(fixture.folder);
}

/** Makes a finished run one that was killed before its end. */
async function unfinish(directory: string): Promise<void> {
  const file = join(directory, "run.json");
  const { finishedAt: _, ...unfinished } = JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
  await writeFile(file, JSON.stringify(unfinished));
}

describe.each(momentsOfBuilding)("$name", (moment) => {
  it("cleans up at Ctrl-C, and after kill -9 the next run does", async () => {
    const more = moment.without.startsWith("after") ? ["--keep-images"] : [];
    expect(await disturb(moment, building, more)).toEqual([]);
  });
});

describe("with both images", () => {
  /** A copy of everything that the finished run wrote down. */
  let whole = "";
  let id = "";
  let report: Report;
  const keep = ["--keep-images"];

  beforeAll(async () => {
    const { stderr, code } = await prepared;
    expect({ code, stderr }).not.toMatchObject({ code: 2 });
    id = await newestOf(proving);
    whole = join(proving.folder, ".git", "whole");
    await cp(await directoryOf(proving), whole, { recursive: true });
    report = JSON.parse(await readFile(join(whole, "report.json"), "utf8")) as Report;
  });

  /** Puts the run back to where it was just before its end. */
  async function restore(without: string): Promise<void> {
    await rm(runsOf(proving), { recursive: true });
    await cp(whole, join(runsOf(proving), id), { recursive: true });
    await symlink(id, join(runsOf(proving), "newest"));
    await unfinish(join(runsOf(proving), id));
    for (const file of ["report.json", without]) await rm(join(runsOf(proving), id, file), { force: true });
  }

  it.each(momentsOfProof)("$name: cleans up at Ctrl-C, and after kill -9 the next run does", async (moment) => {
    await restore(moment.without);
    expect(await disturb(moment, proving, keep)).toEqual([]);
  });

  it("goes to its end after all that, with the same verdicts", async () => {
    await restore("after/evidence/read-only.json");
    const { code, stderr } = await begin(proving, {}, keep).ended;
    expect(stderr).toMatch(/Taking up run/);
    const again = JSON.parse(await readFile(join(await directoryOf(proving), "report.json"), "utf8")) as Report;
    const statuses = ({ after }: Report) => after.checks.map(({ id: check, status }) => `${check}: ${status}`);
    expect(statuses(again)).toEqual(statuses(report));
    expect(code).toBe(again.verdict.status === "pass" ? 0 : 1);
    expect(await leftOf(proving.folder)).toEqual([]);
  });
});
