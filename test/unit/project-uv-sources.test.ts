import { describe, expect, it } from "vitest";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";

const read = async (sources: string, files: Readonly<Record<string, string>> = {}) => {
  const { dependencies } = await readService(
    memoryTree({
      Dockerfile: "FROM python:3.13-slim\nCOPY . .\nRUN uv sync\n",
      "pyproject.toml": `[project]\nname = "shop"\ndependencies = ["Lib[x]>=1 ; python_version >= '3.12'", "flask"]\n[tool.uv.sources]\n${sources}\n`,
      ...files,
    }),
  );
  return dependencies.runtime.map(({ requirement }) => requirement);
};
const WHEN = " ; python_version >= '3.12'";
const AS_WRITTEN = `Lib[x]>=1${WHEN}`;

describe("[tool.uv.sources] without a lock", () => {
  it.each([
    ['lib = { git = "https://a.example/lib", tag = "v1" }', "git+https://a.example/lib@v1"],
    ['lib = { git = "ssh://git@a.example/lib", branch = "main" }', "git+ssh://git@a.example/lib@main"],
    ['lib = { url = "https://a.example/lib-1.whl" }', "https://a.example/lib-1.whl"],
    ['lib = { path = "../lib", editable = true }', "../lib"],
    ['lib = { path = "libs/lib/" }', "./libs/lib"],
    ['lib = [{ path = "win", marker = "os_name == \'nt\'" }, { path = "libs/lib" }]', "./libs/lib"],
  ])("%s is where the package comes from", async (sources, address) => {
    expect(await read(sources)).toEqual([`lib[x] @ ${address}${WHEN}`, "flask"]);
  });

  it("finds a member of the workspace by its name", async () => {
    const files = {
      "packages/one/pyproject.toml": '[project]\nname = "other"\n',
      "packages/two/pyproject.toml": '[project]\nname = "LIB"\n',
    };
    const sources = 'lib = { workspace = true }\n[tool.uv.workspace]\nmembers = ["packages/*"]';
    expect(await read(sources, files)).toEqual([`lib[x] @ ./packages/two${WHEN}`, "flask"]);
    expect(await read(sources)).toEqual([AS_WRITTEN, "flask"]);
  });

  it.each([
    ["an index is no address", 'lib = { index = "team" }', {}],
    ["pip reads none of it", 'lib = { path = "libs/lib" }', { Dockerfile: "FROM python:3.13\nRUN pip install .\n" }],
    ["what is no table is nothing", 'lib = "libs/lib"', {}],
  ])("%s", async (_, sources, files) => {
    expect(await read(sources, files)).toEqual([AS_WRITTEN, "flask"]);
  });
});
