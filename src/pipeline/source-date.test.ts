import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parseDockerfile } from "../dockerfile/parse.ts";
import { run } from "../kit/exec.ts";
import { givenSourceDate, sourceDate } from "./source-date.ts";

const asking = parseDockerfile("Dockerfile", "FROM python:3.13-slim\nARG SOURCE_DATE_EPOCH\n");

it("gives the date of the last commit to a Dockerfile that asks for it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "seaworthy-"));
  const env = { GIT_COMMITTER_DATE: "1700000000 +0000", GIT_AUTHOR_DATE: "1600000000 +0000" };
  const git = (...args: readonly string[]) =>
    run("git", ["-c", "user.name=a", "-c", "user.email=a@example.com", ...args], { cwd: folder, env });
  try {
    expect(await sourceDate(asking, folder, {})).toEqual({});
    await git("init", "-q");
    await writeFile(join(folder, "a"), "a");
    await git("add", "a");
    await git("commit", "-q", "-m", "a");
    expect(await sourceDate(asking, folder, {})).toEqual({ SOURCE_DATE_EPOCH: "1700000000" });
    expect(await sourceDate(asking, folder, { SOURCE_DATE_EPOCH: "5" })).toEqual({});
    expect(await sourceDate(parseDockerfile("Dockerfile", "FROM scratch\nARG X=1\n"), folder, {})).toEqual({});
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

it("takes what the environment says, when it is a date", () => {
  expect(givenSourceDate({ SOURCE_DATE_EPOCH: "12", A: "1" })).toEqual({ SOURCE_DATE_EPOCH: "12" });
  expect(givenSourceDate({ SOURCE_DATE_EPOCH: "now" })).toEqual({});
  expect(givenSourceDate({})).toEqual({});
});
