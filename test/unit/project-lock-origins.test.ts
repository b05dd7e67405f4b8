import { describe, expect, it } from "vitest";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";

/** Where packages come from, in the words of each manager: always the same five. */
const uv = (name: string, source: string) => `[[package]]\nname = "${name}"\nversion = "1"\nsource = { ${source} }\n`;
const poetry = (name: string, type: string, url: string, more = "") =>
  `[[package]]\nname = "${name}"\nversion = "1"\n${more}[package.source]\ntype = "${type}"\nurl = "${url}"\n`;
const pdm = (name: string, more: string) => `[[package]]\nname = "${name}"\nversion = "1"\n${more}\n`;
const pylock = (name: string, more: string) => `[[packages]]\nname = "${name}"\n${more}\n`;
const HTTPS = "https://git.example/a.git";
const SSH = "ssh://git@git.example/b.git";
const FILE = "https://files.example/c-1-py3-none-any.whl";

const LOCKS: Readonly<Record<string, string>> = {
  "uv.lock": [
    uv("a", `git = "${HTTPS}?rev=main#abc"`),
    uv("b", `git = "${SSH}#abc"`),
    uv("c", `url = "${FILE}"`),
    uv("d", 'directory = "../d"'),
    uv("e", 'editable = "e"'),
  ].join(""),
  "poetry.lock": [
    poetry("a", "git", HTTPS),
    poetry("b", "git", "git@git.example:b.git"),
    poetry("c", "url", FILE),
    poetry("d", "directory", "../d"),
    poetry("e", "directory", "e", "develop = true\n"),
  ].join(""),
  "pdm.lock": [
    pdm("a", `git = "${HTTPS}"`),
    pdm("b", `git = "${SSH}"`),
    pdm("c", `url = "${FILE}"`),
    pdm("d", 'path = "../d"'),
    pdm("e", 'path = "e"\neditable = true'),
  ].join(""),
  "Pipfile.lock": JSON.stringify({
    default: {
      a: { git: HTTPS, ref: "abc" },
      b: { git: SSH, ref: "abc" },
      c: { file: FILE },
      d: { path: "../d" },
      e: { path: "e", editable: true },
    },
  }),
  "requirements.txt": `x==1\na @ git+${HTTPS}@abc\ngit+${SSH}#egg=b\nc @ ${FILE}\n../d\n-e ./e\n`,
  "pylock.toml": [
    pylock("a", `vcs = { type = "git", url = "${HTTPS}", commit-id = "abc" }`),
    pylock("b", `vcs = { type = "git", url = "${SSH}", commit-id = "abc" }`),
    pylock("c", `archive = { url = "${FILE}", hashes = { sha256 = "1" } }`),
    pylock("d", 'directory = { path = "../d" }'),
    pylock("e", 'directory = { path = "e", editable = true }'),
  ].join(""),
};

it.each(Object.entries(LOCKS))("%s tells git, ssh, addresses, folders and editable ones apart", async (file, text) => {
  const { lock } = await readService(memoryTree({ [file]: text }));
  const found = lock?.packages.filter(({ name }) => name !== "x");
  expect(found?.map(({ name, source, path, overSsh }) => [name, source, path, overSsh])).toEqual([
    ["a", "git", undefined, undefined],
    ["b", "git", undefined, true],
    ["c", "url", undefined, undefined],
    ["d", "path", "../d", undefined],
    ["e", "editable", "e", undefined],
  ]);
});

describe("what is asked for says where it comes from", () => {
  const requirements = async (files: Readonly<Record<string, string>>) =>
    (await readService(memoryTree(files))).dependencies.runtime.map(({ requirement }) => requirement);

  it("in poetry's tables", async () => {
    const text = `[tool.poetry.dependencies]\na = { git = "${HTTPS}", rev = "abc", extras = ["x"] }\nb = { git = "${SSH}", python = ">=3.12" }\nd = { path = "../d", develop = true }\nc = { url = "${FILE}" }\n`;
    expect(await requirements({ "pyproject.toml": text })).toEqual([
      `a[x] @ git+${HTTPS}@abc`,
      `b @ git+${SSH} ; python_full_version >= "3.12"`,
      "d @ ../d",
      `c @ ${FILE}`,
    ]);
  });

  it("in a Pipfile", async () => {
    const text = `[packages]\na = { git = "${HTTPS}", ref = "abc" }\nc = { file = "${FILE}" }\nd = { path = "./d", editable = true, markers = "sys_platform == 'linux'" }\n`;
    expect(await requirements({ Pipfile: text })).toEqual([
      `a @ git+${HTTPS}@abc`,
      `c @ ${FILE}`,
      "d @ ./d ; sys_platform == 'linux'",
    ]);
  });
});
