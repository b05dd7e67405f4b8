import { describe, expect, it } from "vitest";
import type { LayerEntry } from "../../src/engine/engine.ts";
import { distributionOf, shapeOf } from "../../src/probes/support/final-files.ts";
import { FinalTree } from "../../src/probes/support/tree.ts";
import { cacheKind, isCompiler, isHeader } from "../../src/probes/support/waste.ts";
import { entry, treeOf } from "../support/layer-entries.ts";
import { layersOf } from "../support/walked-layers.ts";

const paths = (tree: FinalTree): readonly string[] => [...tree.entries()].map(({ path }) => path);

describe("the final tree", () => {
  it("takes away what a whiteout names, with everything below it", () => {
    const tree = treeOf(
      entry(0, "a", { kind: "directory", bytes: 0 }),
      entry(0, "a/b"),
      entry(0, "ab"),
      entry(1, "a", { kind: "whiteout", bytes: 0 }),
    );
    expect(paths(tree)).toEqual(["ab"]);
    expect(tree.hiddenBytes).toBe(10);
  });
  it("empties an opaque folder of what the layers below brought, and of nothing else", () => {
    const tree = treeOf(entry(0, "a/old"), entry(1, "a/new"), entry(1, "a", { kind: "opaque", bytes: 0 }));
    expect(paths(tree)).toEqual(["a/new"]);
  });
  it("counts a file that is written twice as hidden once", () => {
    const tree = treeOf(entry(0, "a", { bytes: 7 }), entry(1, "a", { bytes: 9 }));
    expect(tree.hiddenBytes).toBe(7);
    expect(tree.get("a")?.layer).toBe(1);
  });
});

describe("what package managers leave", () => {
  it.each([
    ["root/.cache/uv/wheels-v5/x", "uv"],
    ["tmp/uv-cache/x", "uv"],
    ["home/app/.cache/pip/http-v2/a", "pip"],
    ["var/lib/apt/lists/deb_main_Packages", "apt"],
    ["var/lib/apt/lists/lock", undefined],
    ["var/cache/apt/archives/curl.deb", "apt"],
    ["var/cache/dnf/x.solv", "dnf"],
    ["opt/conda/pkgs/numpy-2.3.1-py313h0_0.conda", "conda"],
    ["opt/conda/pkgs/numpy-2.3.1-py313h0_0/info/index.json", undefined],
    ["app/cache/pip.py", undefined],
  ])("%s is a cache of %s", (path, kind) => {
    expect(cacheKind(path, "tmp/uv-cache")).toBe(kind);
  });
  it.each([
    ["gcc", true],
    ["gcc-14", true],
    ["x86_64-linux-gnu-gcc-14", true],
    ["ld.bfd", true],
    ["as", true],
    ["python3", false],
    ["ldconfig", false],
    ["cc-proxy", false],
    ["opt/conda/bin/x86_64-conda-linux-gnu-ld", false],
    ["opt/conda/x86_64-conda-linux-gnu/bin/ld", false],
    ["x86_64-conda-linux-gnu-cc", true],
  ])("%s is a compiler: %s", (program, is) => {
    expect(isCompiler(program)).toBe(is);
  });
  it("counts headers of development packages, not Python's own", () => {
    expect(isHeader("usr/include/stdio.h")).toBe(true);
    expect(isHeader("usr/local/include/python3.13/Python.h")).toBe(false);
  });
  it.each([
    ["opt/venv/lib/python3.13/site-packages/SQLAlchemy-2.0.4.dist-info/METADATA", "sqlalchemy"],
    ["x/zope.interface-7.0.dist-info/METADATA", "zope-interface"],
    ["x/typing_extensions-4.15.0.dist-info/RECORD", undefined],
    ["usr/local/lib/python3.11/site-packages/setuptools/_vendor/wheel-0.45.1.dist-info/METADATA", undefined],
    ["opt/venv/lib/python3.13/site-packages/six-1.17.0.egg-info/PKG-INFO", "six"],
    ["usr/lib/python3/dist-packages/six-1.17.0.egg-info/PKG-INFO", undefined],
  ])("%s belongs to %s", (path, name) => {
    expect(distributionOf(path)).toBe(name);
  });
});

describe("the programs that the service calls", () => {
  const evidence = { file: "app/main.py", line: 3, text: "" };
  const programs = [
    { program: "git", confidence: "certain", evidence },
    { program: "pdftoppm", through: "pdf2image", confidence: "likely", evidence: { ...evidence, file: "uv.lock" } },
    { program: "nice-to-have", confidence: "likely", evidence },
  ] as const;
  const calledIn = async (...entries: readonly LayerEntry[]) =>
    (
      await layersOf(
        entries.map((one) => [one]),
        { programs },
      )
    ).called;
  it("are looked for in the folders of programs, and one that the code only asks for is not", async () => {
    expect(await calledIn(entry(0, "usr/bin/git"), entry(0, "usr/share/pdftoppm"))).toEqual([
      { program: "git", by: "app/main.py:3", path: "/usr/bin/git" },
      { program: "pdftoppm", by: "pdf2image, uv.lock:3", path: undefined },
    ]);
  });
  it("are missing when a later layer takes them away", async () => {
    const [git] = await calledIn(entry(0, "usr/bin/git"), entry(1, "usr/bin/git", { kind: "whiteout", bytes: 0 }));
    expect(git?.path).toBeUndefined();
  });
});

it("bytecode that is linked to that of another level counts as its own", async () => {
  const pyc = Buffer.alloc(16);
  pyc.writeUInt32LE(0x0a0d0000 | 3571, 0);
  pyc.writeUInt32LE(1000, 8);
  pyc.writeUInt32LE(10, 12);
  const folder = "usr/lib64/python3.13";
  const name = (tag: string) => `${folder}/__pycache__/ast.cpython-313${tag}.pyc`;
  const linked = entry(0, name(""), { kind: "hardlink", link: name(".opt-1"), bytes: 0 });
  const { bytecode } = await layersOf([[entry(0, `${folder}/ast.py`)], [entry(0, name(".opt-1")), pyc], [linked]]);
  expect(bytecode["standard library"]).toMatchObject({ sources: 1, valid: 1 });
});

it("a program that must be absent is found wherever it can be started from", async () => {
  const program = { mode: 0o755 };
  const { programs } = await layersOf(
    [
      [entry(0, "usr/local/bin/uv", program)],
      [entry(0, "uvx", program)],
      [entry(0, "opt/uv/uv", program)],
      [entry(0, "opt/venv/lib/python3.13/site-packages/uv/uv", program)],
      [entry(0, "usr/share/bash-completion/completions/uv")],
      [entry(0, "app/poetry", { ...program, kind: "directory" })],
    ],
    { absentPrograms: ["uv", "uvx", "poetry"] },
  );
  expect(programs).toEqual(["/opt/uv/uv", "/usr/local/bin/uv", "/uvx"]);
});

it("counts the bytes of bytecode that can be read in the end", () => {
  const tree = treeOf(
    entry(0, "app/__pycache__/old.cpython-313.pyc", { bytes: 500 }),
    entry(0, "app/main.py", { bytes: 70 }),
    entry(1, "app/__pycache__/main.cpython-313.pyc", { bytes: 300 }),
    entry(1, "app/__pycache__/old.cpython-313.pyc", { kind: "whiteout", bytes: 0 }),
    entry(1, "app/linked.pyc", { kind: "hardlink", bytes: 0 }),
  );
  expect(shapeOf(tree, new Set()).bytecodeBytes).toBe(300);
});
