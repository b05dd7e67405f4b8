import { describe, expect, it } from "vitest";
import { analyze } from "../../src/pipeline/analyze.ts";
import { memoryTree } from "../../src/project/tree.ts";
import { noWheelForMusl } from "../../src/rules/no-wheel-for-musl.ts";
import type { Rule } from "../../src/rules/rule.ts";
import { runtimeSharedLibraryMissing } from "../../src/rules/runtime-shared-library-missing.ts";
import { sdistNeedsCompiler } from "../../src/rules/sdist-needs-compiler.ts";

const findingsOf = async (files: Readonly<Record<string, string>>, rule: Rule) =>
  (await analyze(memoryTree(files), [rule])).findings;
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
    ["python:3.13-slim", "python-ldap", "libldap (libldap2)"],
    ["debian:12-slim", "python-magic", "libmagic (libmagic1)"],
    ["python:3.13-slim-trixie", "python-magic", "libmagic (libmagic1t64)"],
    ["ubuntu:22.04", "pyzbar", "libzbar (libzbar0)"],
    ["ubuntu:24.04", "pyzbar", "libzbar (libzbar0t64)"],
    ["python:3.13-slim-trixie", "opencv-python", "libGL (libgl1, libglib2.0-0t64; or take opencv-python-headless)"],
    ["amazonlinux:2023", "psycopg2", "libpq (libpq)"],
    ["amazonlinux:2023", "mysqlclient", "libmariadb (mariadb-connector-c)"],
    ["amazonlinux:2023", "pyodbc", "unixODBC (unixODBC)"],
    ["python:3.13-alpine3.22", "psycopg2", "libpq (libpq)"],
    ["python:3.13-alpine3.22", "mysqlclient", "libmariadb (mariadb-connector-c)"],
    ["python:3.13-alpine3.22", "pyzbar", "libzbar (libzbar)"],
    ["python:3.13-alpine3.22", "pdftotext", "poppler-cpp (poppler)"],
  ])("on %s for %s is %s", async (base, dependency, expected) => {
    expect(await said(base, [dependency])).toEqual([expect.stringContaining(`${dependency} needs ${expected}, which`)]);
  });

  it("is asked for once, and not where wheels bring the library", async () => {
    expect(await said("python:3.13-slim-trixie", ["cairosvg", "cairocffi", "psycopg2-binary", "lxml"])).toHaveLength(1);
    expect(await said("python:3.13", ["cairosvg"])).toEqual([]);
  });
});

it("is silent where no package of the distribution is known, and where another package brings the library", async () => {
  expect(await said("amazonlinux:2023", ["pyzbar"])).toEqual([]);
  expect(await said("fedora:42", ["psycopg2"])).toEqual([]);
  expect(await said("python:3.13-slim", ["psycopg", "psycopg-binary"])).toEqual([]);
  expect(await said("python:3.13-slim", ["psycopg"])).toHaveLength(1);
});

describe("what compiling takes", () => {
  const entry = (name: string, files: readonly string[]) =>
    `[[package]]\nname = "${name}"\nversion = "1.0"\nfiles = [\n${files.map((file) => `    {file = "${file}", hash = "sha256:1"},\n`).join("")}]\n\n`;
  const poetry = (base: string, name: string, files: readonly string[], builder = "") => ({
    Dockerfile: `FROM ${base} AS build\n${builder}COPY . .\nRUN poetry install --only main\n`,
    "pyproject.toml": `[tool.poetry]\nname = "x"\n[tool.poetry.dependencies]\n${name} = "1.0"\n`,
    "poetry.lock": entry(name, files),
  });

  it.each([
    ["python:3.13-slim-bookworm", "psycopg2", "build-essential, libpq-dev"],
    ["python:3.13-slim-bookworm", "mysqlclient", "build-essential, pkg-config, default-libmysqlclient-dev"],
    ["python:3.13-slim-bookworm", "pygobject", "build-essential, pkg-config, libgirepository1.0-dev, libcairo2-dev"],
    ["python:3.13-slim-trixie", "pygobject", "build-essential, pkg-config, libgirepository-2.0-dev, libcairo2-dev"],
    ["python:3.13-alpine3.22", "psycopg2", "build-base, libpq-dev"],
    ["python:3.13-alpine3.22", "uwsgi", "build-base, linux-headers"],
    [
      "amazonlinux:2023",
      "xmlsec",
      "gcc-c++, glibc-devel, pkgconf-pkg-config, xmlsec1-devel, xmlsec1-openssl-devel, libtool-ltdl-devel, libxml2-devel, libxslt-devel",
    ],
    [
      "amazonlinux:2023",
      "pylibmc",
      "gcc-c++, glibc-devel, libmemcached-awesome-devel (name not looked up), zlib-devel",
    ],
    ["amazonlinux:2023", "python-ldap", "gcc-c++, glibc-devel, openldap-devel, cyrus-sasl-devel"],
  ])("on %s for %s is %s", async (base, name, packages) => {
    const [found] = await findingsOf(poetry(base, name, [`${name}-1.0.tar.gz`]), sdistNeedsCompiler);
    expect(found?.message).toContain(`${name} 1.0 must be compiled, and ${base} has no compiler`);
    expect(found?.advice).toContain(`Install ${packages} in the stage build only`);
  });

  it("is Python's own headers, too, where Python is a package", async () => {
    const files = poetry("amazonlinux:2023", "netifaces", ["netifaces-1.0.tar.gz"], "RUN dnf install -y python3.13\n");
    const [found] = await findingsOf(files, sdistNeedsCompiler);
    expect(found?.advice).toContain("Install gcc-c++, glibc-devel, python3.13-devel in");
  });

  it("is headers, where the compiler is there", async () => {
    const withPackages = (packages: string) =>
      poetry("python:3.13-slim", "psycopg2", ["psycopg2-1.0.tar.gz"], `RUN apt-get install -y ${packages}\n`);
    const [found] = await findingsOf(withPackages("gcc"), sdistNeedsCompiler);
    expect(found?.message).toContain("no step installs the headers that this takes");
    expect(await findingsOf(withPackages("gcc libpq-dev"), sdistNeedsCompiler)).toEqual([]);
    expect(await findingsOf(withPackages("$PACKAGES"), sdistNeedsCompiler)).toEqual([]);
  });

  it.each([
    ["a wheel for this Python", ["lxml-1.0-cp313-cp313-manylinux_2_28_x86_64.whl", "lxml-1.0.tar.gz"]],
    ["a wheel for every Python", ["lxml-1.0-cp39-abi3-manylinux_2_28_x86_64.whl"]],
  ])("is nothing with %s", async (_, files) => {
    expect(await findingsOf(poetry("python:3.13-slim", "lxml", files), sdistNeedsCompiler)).toEqual([]);
  });

  it("is libraries at run time, too, of what has them in its wheels", async () => {
    const files = poetry("python:3.13-slim-trixie", "xmlsec", ["xmlsec-1.0.tar.gz"]);
    expect((await findingsOf(files, runtimeSharedLibraryMissing)).map(({ message }) => message)).toEqual([
      expect.stringContaining("libxmlsec1 (libxmlsec1t64-openssl)"),
      expect.stringContaining("libxml2 (libxml2, libxslt1.1)"),
    ]);
    const wheels = poetry("python:3.13-slim-trixie", "xmlsec", ["xmlsec-1.0-cp313-cp313-manylinux_2_28_x86_64.whl"]);
    expect(await findingsOf(wheels, runtimeSharedLibraryMissing)).toEqual([]);
  });

  it("is said of packages of production alone", async () => {
    const files = poetry("python:3.13-slim", "psycopg2", ["psycopg2-1.0.tar.gz"]);
    const inDev = files["pyproject.toml"].replace("[tool.poetry.dependencies]", "[tool.poetry.group.dev.dependencies]");
    expect(await findingsOf({ ...files, "pyproject.toml": inDev }, sdistNeedsCompiler)).toEqual([]);
  });

  it("finds the files that poetry listed apart", async () => {
    const files = poetry("python:3.13-alpine", "speedups", []);
    const apart = `${entry("speedups", []).replace("files = [\n]\n", "")}[metadata.files]\nspeedups = [\n    {file = "speedups-1.0-cp313-cp313-manylinux_2_28_x86_64.whl", hash = "sha256:1"},\n]\n`;
    const [found] = await findingsOf({ ...files, "poetry.lock": apart }, noWheelForMusl);
    expect(found).toMatchObject({ severity: "error", message: expect.stringContaining("speedups 1.0 cannot be") });
  });
});
