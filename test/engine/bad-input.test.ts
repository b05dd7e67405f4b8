import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { seaworthy } from "./support/cli.ts";
import { tinyService } from "./support/tiny-service.ts";

/** Each bad input gives one clear message with a place and a hint, exit code 2, and never a stack trace. */
const cases: ReadonlyArray<{
  readonly name: string;
  readonly changes: Readonly<Record<string, string | Buffer | undefined>>;
  readonly says: RegExp;
}> = [
  { name: "no Dockerfile", changes: { Dockerfile: undefined }, says: /no Dockerfile.*\n.*\[project\/no-dockerfile\]/s },
  {
    name: "an empty Dockerfile",
    changes: { Dockerfile: "" },
    says: /Dockerfile:1: .*no FROM.*\[dockerfile\/unusable\]/s,
  },
  {
    name: "a Dockerfile that is not UTF-8",
    changes: { Dockerfile: Buffer.from("FROM python:3.13-slim\n# \xff\xfe\n", "latin1") },
    says: /Dockerfile:2: .*UTF-8/s,
  },
  {
    name: "a pyproject.toml with an error",
    changes: { "pyproject.toml": '[project]\nname = "tiny"\nversion = = "1"\n' },
    says: /pyproject\.toml:3: /,
  },
  {
    name: "a configuration with an unknown key",
    changes: { "seaworthy.yaml": "output: x\noutptu: y\n" },
    says: /seaworthy\.yaml:2: /,
  },
  {
    name: "Python without a project's files",
    changes: { "pyproject.toml": undefined, "uv.lock": undefined },
    says: /no package manager.*\n.*\[plan\/refused\]/s,
  },
  {
    name: "no Python project",
    changes: {
      "pyproject.toml": undefined,
      "uv.lock": undefined,
      "tiny/__init__.py": undefined,
      "tiny/server.py": undefined,
    },
    says: /no Python project.*\n.*\[plan\/no-project\]/s,
  },
];

it.each(cases)("says what is wrong with $name", async ({ changes, says }) => {
  await using fixture = await tinyService(changes);
  const { code, stderr } = await seaworthy([`${fixture.folder}/`]);
  expect(stderr).toMatch(says);
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(code).toBe(2);
});

it("says that a folder is not there", async () => {
  await using fixture = await tinyService();
  await rm(join(fixture.folder, "tiny"), { recursive: true });
  const { code, stderr } = await seaworthy([join(fixture.folder, "nowhere")]);
  expect(stderr).toContain("[project/no-folder]");
  expect(code).toBe(2);
});

it("says that no engine answers, and what to do", async () => {
  await using fixture = await tinyService();
  const { code, stderr } = await seaworthy([`${fixture.folder}/`], { DOCKER_HOST: "unix:///nowhere.sock" });
  expect(stderr).toMatch(/\[engine\/not-found\]/);
  expect(code).toBe(2);
});

it("escapes what a file says before a terminal sees it", async () => {
  await using fixture = await tinyService({ Dockerfile: "FROM python:\u001b[31mred\nCMD python\n" });
  const { stdout } = await seaworthy(["analyze", fixture.folder]);
  expect(stdout).not.toContain("\u001b[31m");
});
