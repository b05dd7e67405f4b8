import { describe, expect, it } from "vitest";
import {
  applicationPlaces,
  areaOf,
  countBytecode,
  interpreterTag,
  looksFor,
  pycHeader,
} from "../../src/probes/support/bytecode.ts";
import { Paths } from "../../src/probes/support/paths.ts";
import { SourceHashes } from "../../src/probes/support/source-hashes.ts";
import { usedPython } from "../../src/probes/support/used-python.ts";
import { treeOf, entry } from "../support/layer-entries.ts";

const missingOf = (...modules: readonly string[]): readonly string[] =>
  modules.map((module) => `app/${module}.py (missing)`);

describe("where a source belongs", () => {
  const where = { folders: ["app"], uvCache: "" };
  it.each([
    ["app/main.py", "application"],
    ["app/share/main.py", "application"],
    ["app/.venv/lib/python3.13/site-packages/networkx/graph.py", "packages"],
    ["app/.venv/share/doc/networkx-3.1/examples/plot.py", undefined],
  ])("%s: %s", (path, area) => expect(areaOf(path, where)).toBe(area));
});

describe("bytecode", () => {
  const SOURCE = Buffer.from("print(1)\n");
  const header = (flags: number, [first, second]: readonly [number, number] = [0, 0], magic = 3571): Buffer => {
    const buffer = Buffer.alloc(16);
    buffer.writeUInt32LE(0x0a0d0000 | magic, 0);
    buffer.writeUInt32LE(flags, 4);
    buffer.writeUInt32LE(first, 8);
    buffer.writeUInt32LE(second, 12);
    return buffer;
  };
  /** The header with a hash, as the interpreter itself writes it. */
  const hashed = (flags: number, hash: string, magic?: number): Buffer =>
    Buffer.concat([header(flags, undefined, magic).subarray(0, 8), Buffer.from(hash, "hex")]);
  const OWN_HASH = "5a90791f83be4635";
  const count = (pyc: Buffer | undefined, tag = "cpython-313", neighbours: readonly Buffer[] = []) => {
    const cached = `app/__pycache__/main.${tag}.pyc`;
    const tree = treeOf(entry(0, "app/main.py"), ...(pyc === undefined ? [] : [entry(0, cached)]));
    const headers = new Map(pyc === undefined ? [] : [[cached, pycHeader(pyc)]]);
    for (const [index, one] of neighbours.entries()) headers.set(`lib/${index}.${tag}.pyc`, pycHeader(one));
    const hashes = new SourceHashes();
    hashes.content("app/main.py", SOURCE);
    return countBytecode(tree, { headers, hashes }, { folders: ["app"], mains: [], uvCache: "", tag }).application;
  };
  it.each([
    ["the source's unchecked hash", hashed(1, OWN_HASH), { valid: 1, examples: [] }],
    ["the source's checked hash", hashed(3, OWN_HASH), { valid: 1 }],
    ["another source's unchecked hash", hashed(1, "0123456789abcdef"), { stale: 1, otherCode: 1 }],
    [
      "another source's checked hash",
      hashed(3, "0123456789abcdef"),
      { stale: 1, examples: ["app/main.py (stale: the hash of another source)"] },
    ],
    ["the source's time and size", header(0, [1000, 10]), { valid: 1 }],
    ["another time", header(0, [999, 10]), { stale: 1 }],
    ["another size", header(0, [1000, 11]), { stale: 1 }],
    ["half a header", Buffer.from("abc"), { stale: 1 }],
    ["no file", undefined, { missing: 1 }],
  ] as const)("%s", (_, pyc, wanted) => {
    expect(count(pyc)).toMatchObject({ sources: 1, ...wanted });
  });
  it("knows bytecode of another Python by what most of its neighbours are", () => {
    const others = [header(1), header(1)];
    expect(count(hashed(1, OWN_HASH, 3531), "cpython-313", others)).toMatchObject({ stale: 1 });
    expect(count(hashed(1, OWN_HASH), "cpython-313", others)).toMatchObject({ valid: 1 });
  });
  /** What each interpreter's own `importlib.util.source_hash` says of the same source. */
  it.each([
    [7, 3394, "6d8a2a3c3b0a84c0"],
    [10, 3439, "28765e52ed782214"],
    [11, 3495, "da812d7f407a3059"],
    [13, 3571, OWN_HASH],
  ])("hashes a source as Python 3.%i does, in the standard library as in the application", (minor, magic, hash) => {
    const hashes = new SourceHashes();
    for (const path of ["app/main.py", `usr/lib/python3.${minor}/x.py`]) {
      hashes.content(path, Buffer.from("old"));
      hashes.content(path, SOURCE);
      expect(hashes.of(path, `cpython-3${minor}`, magic)).toBe(hash);
    }
    expect(hashes.of("app/never-read.py", `cpython-3${minor}`, magic)).toBeUndefined();
  });
  it("looks for the application where the configuration says that it lies, not in the working directory alone", () => {
    const none = { workdir: "", env: [], entrypoint: [], command: [] };
    expect(applicationPlaces(none)).toEqual({ folders: [], mains: [] });
    expect(applicationPlaces({ ...none, workdir: "/" }).folders).toEqual([]);
    expect(applicationPlaces({ ...none, command: ["python", "/srv/shop/app.py"] })).toEqual({
      folders: ["srv/shop"],
      mains: ["srv/shop/app.py"],
    });
    const told = { env: ["PYTHONPATH=/code:lib"], entrypoint: ["sh", "-c"] };
    expect(applicationPlaces({ ...none, ...told, command: ["exec uvicorn --app-dir /api a:b"] }).folders).toEqual([
      "code",
      "api",
    ]);
  });
  it("looks where Python does that was told to by the image", () => {
    const none = { env: [], entrypoint: [], command: [] };
    expect(looksFor(none)).toEqual({});
    expect(looksFor({ ...none, env: ["PYTHONPYCACHEPREFIX=/pyc", "PYTHONOPTIMIZE=yes"] })).toEqual({
      prefix: "/pyc",
      optimization: 1,
    });
    expect(looksFor({ ...none, command: ["python3.13", "-u", "-OO", "-m", "app"] })).toEqual({ optimization: 2 });
    expect(looksFor({ ...none, command: ["python", "app.py", "-O"] })).toEqual({});
    const valid = pycHeader(hashed(1, OWN_HASH));
    const at = (cached: string, looks: ReturnType<typeof looksFor>) => {
      const hashes = new SourceHashes();
      hashes.content("app/main.py", SOURCE);
      const tree = treeOf(entry(0, "app/main.py"), entry(0, cached));
      const where = { folders: ["app"], mains: [], uvCache: "", tag: "cpython-313", ...looks };
      return countBytecode(tree, { headers: new Map([[cached, valid]]), hashes }, where).application?.valid;
    };
    const beside = "app/__pycache__/main.cpython-313.pyc";
    expect(at(beside, {})).toBe(1);
    expect(at(beside, { prefix: "/pyc" })).toBe(0);
    expect(at("pyc/app/main.cpython-313.pyc", { prefix: "/pyc" })).toBe(1);
    expect(at(beside, { optimization: 2 })).toBe(0);
    expect(at("app/__pycache__/main.cpython-313.opt-2.pyc", { optimization: 2 })).toBe(1);
  });
  it("asks for no bytecode of what no import can name", () => {
    const none = { headers: new Map<string, ReturnType<typeof pycHeader>>(), hashes: new SourceHashes() };
    const where = { folders: ["app"], mains: [], uvCache: "", tag: "cpython-313" };
    expect(countBytecode(treeOf(entry(0, "app/gunicorn.conf.py")), none, where)).toEqual({});
  });
  it("does not ask for bytecode of the script that is started, and looks at it where there is some", () => {
    const main = { folders: ["app"], mains: ["app/main.py"], uvCache: "", tag: "cpython-313" };
    const none = { headers: new Map<string, ReturnType<typeof pycHeader>>(), hashes: new SourceHashes() };
    expect(countBytecode(treeOf(entry(0, "app/main.py")), none, main)).toEqual({});
    const cached = "app/__pycache__/main.cpython-313.pyc";
    const old = { ...none, headers: new Map([[cached, pycHeader(header(0, [999, 10]))]]) };
    expect(countBytecode(treeOf(entry(0, "app/main.py"), entry(0, cached)), old, main)).toMatchObject({
      application: { sources: 1, stale: 1 },
    });
  });
  it("knows the script that is started by its name in the working directory, too", () => {
    const config = { workdir: "/app", env: [], entrypoint: ["tini", "--"], command: ["python", "-u", "src/main.py"] };
    expect(applicationPlaces(config)).toEqual({ folders: ["app", "app/src"], mains: ["app/src/main.py"] });
  });
  it("looks into the application's folders, however they are named, and asks for no bytecode of scripts", () => {
    const where = { folders: ["app"], mains: [], uvCache: "", tag: "cpython-313" };
    const none = { headers: new Map<string, ReturnType<typeof pycHeader>>(), hashes: new SourceHashes() };
    const sources = ["app/wheel/a.py", "app/testing/b.py", "app/tests/c.py", "app/bin/d.py", "app/templates/e.py"];
    const tree = treeOf(...sources.map((path) => entry(0, path)));
    expect(countBytecode(tree, none, where)).toMatchObject({ application: { sources: 2, missing: 2 } });
    const cached = "app/bin/__pycache__/d.cpython-313.pyc";
    tree.add(entry(0, cached));
    const old = { ...none, headers: new Map([[cached, pycHeader(header(0, [999, 10]))]]) };
    expect(countBytecode(tree, old, where)).toMatchObject({
      application: {
        stale: 1,
        examples: ["app/bin/d.py (stale: of another time or size)", ...missingOf("wheel/a", "testing/b")],
      },
    });
  });
  it("leaves out a Python of the same version that nobody starts", () => {
    const libraries = ["usr/lib/python3.13/os.py", "opt/conda/lib/python3.13/os.py"];
    const tree = treeOf(...libraries.map((path) => entry(0, path)), entry(0, "opt/conda/bin/python3.13"));
    tree.add(entry(0, "opt/conda/bin/python", { kind: "symlink", link: "python3.13" }));
    tree.add(entry(0, "usr/bin/python3"));
    const config = { entrypoint: [], command: ["gunicorn"] };
    const used = (env: string) => usedPython(new Paths(tree), { ...config, env: [`PATH=${env}`] }, "cpython-313");
    expect(used("/opt/conda/bin:/usr/bin")).toBe("opt/conda/");
    expect(used("/usr/bin:/opt/conda/bin")).toBe("usr/");
    expect(used("/sbin")).toBeUndefined();
    const none = { headers: new Map<string, ReturnType<typeof pycHeader>>(), hashes: new SourceHashes() };
    const where = { folders: [], mains: [], uvCache: "", tag: "cpython-313" };
    expect(countBytecode(tree, none, { ...where, used: "opt/conda/" })).toMatchObject({
      "standard library": { sources: 1, examples: ["opt/conda/lib/python3.13/os.py (missing)"] },
    });
  });
  it("does not take a cache below the working directory for the application", () => {
    const tree = treeOf(entry(0, "app/.cache/uv/archive-v0/x/y.py"), entry(0, "app/cache-of-uv/y.py"));
    const none = { headers: new Map(), hashes: new SourceHashes() };
    expect(
      countBytecode(tree, none, { folders: ["app"], mains: [], uvCache: "app/cache-of-uv", tag: "cpython-313" }),
    ).toEqual({});
  });
  it("leaves out tests, and what the base image brings beside a virtual environment", () => {
    const tree = treeOf(
      entry(0, "opt/venv/pyvenv.cfg"),
      entry(0, "opt/venv/lib/python3.13/site-packages/x/__init__.py"),
      entry(0, "opt/venv/lib/python3.13/site-packages/x/tests/test_x.py"),
      entry(0, "usr/local/lib/python3.13/site-packages/y/__init__.py"),
      entry(0, "usr/lib/python3/dist-packages/z.py"),
    );
    expect(interpreterTag(tree)).toBe("cpython-313");
    const { packages } = countBytecode(
      tree,
      { headers: new Map(), hashes: new SourceHashes() },
      { folders: ["app"], mains: [], uvCache: "", tag: "cpython-313" },
    );
    expect(packages).toMatchObject({ sources: 1, missing: 1 });
  });
});
