import { describe, expect, it } from "vitest";
import type { LayerEntry } from "../../src/engine/engine.ts";
import { readElf } from "../../src/probes/support/elf.ts";
import { LibrarySearch } from "../../src/probes/support/libraries.ts";
import { loaderCache } from "../../src/probes/support/loader-cache.ts";
import { type Content, entry, file, link, walk } from "../support/walked-tree.ts";
import { elf, type Made } from "../support/elf.ts";

describe("an ELF file", () => {
  it("tells what it needs and where it looks", () => {
    const bytes = elf({
      needed: ["libpq.so.5", "libc.so.6"],
      runpath: "$ORIGIN/../x.libs:/opt/lib",
      interpreter: "/lib64/ld.so",
      soname: "a.so.1",
    });
    expect(readElf(bytes)).toEqual({
      machine: "64le-62",
      interpreter: "/lib64/ld.so",
      needed: ["libpq.so.5", "libc.so.6"],
      soname: "a.so.1",
      rpath: [],
      runpath: ["$ORIGIN/../x.libs", "/opt/lib"],
    });
  });
  it.each([
    ["a script", Buffer.from("#!/bin/sh\n".repeat(20))],
    ["nothing", Buffer.alloc(0)],
    ["an object file", Buffer.from(elf({})).fill(1, 16, 17)],
    ["a truncated file", elf({ needed: ["libpq.so.5"] }).subarray(0, 0x210)],
    ["a file that points behind its end", elf({ needed: ["libpq.so.5"] }).subarray(0, 0x401)],
  ])("is not seen in %s", (_, bytes) => {
    expect(readElf(bytes)).toBeUndefined();
  });
});

/** A cache with one entry per library. */
function cache(libraries: Readonly<Record<string, string>>): Buffer {
  const names = Object.entries(libraries);
  const start = 48 + 24 * names.length;
  const bytes = Buffer.alloc(start + names.join("\0").length + 2);
  bytes.write("glibc-ld.so.cache1.1", 0, "latin1");
  bytes.writeUInt32LE(names.length, 20);
  let at = start;
  for (const [index, pair] of names.entries())
    for (const [part, text] of pair.entries()) {
      bytes.writeUInt32LE(at, 48 + 24 * index + 4 + 4 * part);
      at += bytes.write(`${text}\0`, at, "latin1");
    }
  return bytes;
}

describe("the loader's cache", () => {
  it("lists libraries by name", () => {
    expect(loaderCache(cache({ "liba.so.1": "/opt/a/liba.so.1", "libb.so": "/opt/libb.so" }))).toEqual(
      new Map([
        ["liba.so.1", ["/opt/a/liba.so.1"]],
        ["libb.so", ["/opt/libb.so"]],
      ]),
    );
  });
  it("may follow the old format, and may be damaged", () => {
    const old = Buffer.concat([Buffer.from("ld.so-1.7.0\0".padEnd(32, "\0")), cache({ "liba.so": "/a/liba.so" })]);
    expect(loaderCache(old)?.size).toBe(1);
    expect(loaderCache(cache({ "liba.so": "/a/liba.so" }).subarray(0, 60))).toBeUndefined();
    expect(loaderCache(Buffer.from("something else"))).toBeUndefined();
  });
});

const SITE = "opt/venv/lib/python3.13/site-packages";
const missing = (libraryPath: string, ...files: ReadonlyArray<readonly [LayerEntry, Content]>) => {
  const search = new LibrarySearch();
  const [tree, paths] = walk(search, ...files);
  return search
    .found(tree, paths, { libraryPath, owner: () => undefined })
    .missing.map(({ library, elsewhere }) => (elsewhere === undefined ? library : `${library} at ${elsewhere}`));
};
const needsA = (more: Made = {}) => elf({ needed: ["liba.so.1"], ...more });
const module = (more: Made = {}) => file(`${SITE}/x/_x.cpython-313.so`, needsA(more));

describe("libraries", () => {
  it.each([
    ["in a default folder", [module(), file("usr/lib64/liba.so.1", elf({}))]],
    ["in Debian's folder", [module(), file("usr/lib/x86_64-linux-gnu/liba.so.1", elf({}))]],
    [
      "behind links",
      [
        module(),
        link("lib", "usr/lib"),
        link("usr/lib/liba.so.1", "liba.so.1.2"),
        file("usr/lib/liba.so.1.2", elf({})),
      ],
    ],
    ["beside the module", [module({ runpath: "$ORIGIN/../x.libs" }), file(`${SITE}/x.libs/liba.so.1`, elf({}))]],
    ["by the old rpath", [module({ rpath: "${ORIGIN}/../x.libs" }), file(`${SITE}/x.libs/liba.so.1`, elf({}))]],
    [
      "by the cache",
      [module(), file("opt/a/liba.so.1", elf({})), file("etc/ld.so.cache", cache({ "liba.so.1": "/opt/a/liba.so.1" }))],
    ],
    ["of the driver", [file(`${SITE}/x/_x.so`, elf({ needed: ["libcuda.so.1", "libnvidia-ml.so.1"] }))]],
    [
      "of musl",
      [
        file("usr/bin/x", elf({ needed: ["liba.so.1"], interpreter: "/lib/ld-musl-x86_64.so.1" })),
        file("lib/ld-musl-x86_64.so.1", elf({})),
        file("usr/local/lib/liba.so.1", elf({})),
      ],
    ],
  ] as const)("are found %s", (_, files) => {
    expect(missing("", ...files)).toEqual([]);
  });
  it("are found in LD_LIBRARY_PATH", () => {
    const files = [module(), file("opt/a/liba.so.1", elf({}))];
    expect(missing("/opt/a", ...files)).toEqual([]);
    expect(missing("", ...files)).toEqual(["liba.so.1 at /opt/a/liba.so.1"]);
  });
  it.each([
    ["nowhere", [module()], "liba.so.1"],
    ["of another machine", [module(), file("usr/lib/liba.so.1", elf({ machine: 183 }))], "liba.so.1"],
    [
      "deleted by a later layer",
      [module(), file("usr/lib/liba.so.1", elf({})), [entry("usr/lib/liba.so.1", { kind: "whiteout", layer: 1 }), ""]],
      "liba.so.1",
    ],
    ["behind a link that leads nowhere", [module(), link("usr/lib/liba.so.1", "gone.so")], "liba.so.1"],
    [
      "musl's in a glibc image",
      [file(`${SITE}/y.so`, elf({ needed: ["libc.musl-x86_64.so.1"] }))],
      "libc.musl-x86_64.so.1",
    ],
    [
      "its own loader",
      [file("usr/bin/x", elf({ interpreter: "/lib/ld-musl-x86_64.so.1" }))],
      "/lib/ld-musl-x86_64.so.1",
    ],
  ] as const)("are missing when %s", (_, files, library) => {
    expect(missing("", ...files)).toEqual([library]);
  });
  it("of a file that a later layer replaced or took away are not asked for", () => {
    const gone = entry(`${SITE}/x/_x.cpython-313.so`, { kind: "whiteout", layer: 1 });
    expect(missing("", module(), [gone, ""])).toEqual([]);
  });
});

it("asks nothing of what a distribution brings for another machine, beside its own", () => {
  const lacks = (...files: ReadonlyArray<readonly [LayerEntry, Content]>) => {
    const search = new LibrarySearch();
    const [tree, paths] = walk(
      search,
      file("usr/lib/libz.so.1", elf({})),
      file("usr/lib/liby.so.1", elf({})),
      ...files,
    );
    const owner = (path: string) => (path.includes("/x/") ? "pypi x" : undefined);
    return search.found(tree, paths, { libraryPath: "", owner }).missing.map(({ path }) => path);
  };
  const other = file(`${SITE}/x/attach_x86.so`, needsA({ machine: 183 }));
  expect(lacks(file(`${SITE}/x/attach_amd64.so`, elf({})), other)).toEqual([]);
  expect(lacks(other)).toEqual([`/${SITE}/x/attach_x86.so`]);
});

it("looks at the program that the image starts, wherever it lies", () => {
  const program = file("srv/serve", needsA(), { mode: 0o755 });
  const lacks = (argv: readonly string[]) => {
    const search = new LibrarySearch(argv);
    const [tree, paths] = walk(search, program);
    return search.found(tree, paths, { libraryPath: "", owner: () => undefined }).missing.map(({ path }) => path);
  };
  expect(lacks(["/srv/serve", "--port"])).toEqual(["/srv/serve"]);
  expect(lacks([])).toEqual([]);
});
