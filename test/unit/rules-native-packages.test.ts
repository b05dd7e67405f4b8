import { describe, expect, it } from "vitest";
import { analyze } from "../../src/pipeline/analyze.ts";
import { memoryTree } from "../../src/project/tree.ts";
import { runtimeSharedLibraryMissing } from "../../src/rules/runtime-shared-library-missing.ts";

const said = async (base: string, dependencies: readonly string[]) => {
  const tree = memoryTree({
    Dockerfile: `FROM ${base}\nCMD ["python", "-m", "app"]\n`,
    "pyproject.toml": `[project]\nname = "x"\nversion = "1"\ndependencies = ${JSON.stringify(dependencies)}\n`,
  });
  return (await analyze(tree, [runtimeSharedLibraryMissing])).findings.map(({ message }) => message);
};

describe("the package that brings a library", () => {
  it.each([
    ["python:3.13-slim-bookworm", "python-ldap", "libldap (libldap-2.5-0)"],
    ["python:3.13-slim-trixie", "python-ldap", "libldap (libldap2)"],
    ["python:3.13-slim-trixie", "psycopg2", "libpq (libpq5)"],
    ["python:3.13-alpine3.22", "psycopg2", "libpq (libpq)"],
    ["python:3.13-alpine3.22", "mysqlclient", "libmariadb (mariadb-connector-c)"],
  ])("on %s for %s is %s", async (base, dependency, expected) => {
    expect(await said(base, [dependency])).toEqual([expect.stringContaining(`${dependency} needs ${expected}, which`)]);
  });

  it("is asked for once, and not where wheels bring the library", async () => {
    expect(await said("python:3.13-slim-trixie", ["cairosvg", "cairocffi", "psycopg2-binary", "lxml"])).toHaveLength(1);
    expect(await said("python:3.13", ["cairosvg"])).toEqual([]);
  });
});
