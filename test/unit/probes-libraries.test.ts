import { describe, expect, it } from "vitest";
import type { LayerEntry } from "../../src/engine/engine.ts";
import { readElf } from "../../src/probes/support/elf.ts";
import { EnvironmentSearch } from "../../src/probes/support/environments.ts";
import { LibrarySearch } from "../../src/probes/support/libraries.ts";
import { loaderCache } from "../../src/probes/support/loader-cache.ts";
import { ModeSearch } from "../../src/probes/support/modes.ts";
import { Paths } from "../../src/probes/support/paths.ts";
import { FinalTree } from "../../src/probes/support/tree.ts";

type Content = Buffer | string;
const entry = (path: string, more: Partial<LayerEntry> = {}): LayerEntry => ({
  layer: 0,
  path,
  kind: "file",
  bytes: 10,
  mode: 0o755,
  uid: 0,
  gid: 0,
  modified: 1000,
  ...more,
});
const link = (path: string, to: string): readonly [LayerEntry, Content] => [
  entry(path, { kind: "symlink", link: to, bytes: 0 }),
  "",
];
const file = (path: string, content: Content = "", more: Partial<LayerEntry> = {}): readonly [LayerEntry, Content] => [
  entry(path, more),
  content,
];

interface Search {
  wants(one: LayerEntry): boolean;
  content(one: LayerEntry, bytes: Buffer): void;
}
function walk(search: Search, ...files: ReadonlyArray<readonly [LayerEntry, Content]>): [FinalTree, Paths] {
  const tree = new FinalTree();
  for (const [one, content] of files) {
    tree.add(one);
    if (one.kind === "file" && search.wants(one)) search.content(one, Buffer.from(content));
  }
  return [tree, new Paths(tree)];
}

interface Made {
  readonly needed?: readonly string[];
  readonly runpath?: string;
  readonly rpath?: string;
  readonly soname?: string;
  readonly interpreter?: string;
  readonly machine?: number;
}

/** The smallest shared library that a loader would read: a head, three segments, a dynamic section, its texts. */
function elf({ needed = [], runpath, rpath, soname, interpreter, machine = 62 }: Made): Buffer {
  let texts = "\0";
  const text = (value: string) => {
    const at = texts.length;
    texts += `${value}\0`;
    return at;
  };
  const entries = [
    ...needed.map((name) => [1, text(name)]),
    ...(soname === undefined ? [] : [[14, text(soname)]]),
    ...(rpath === undefined ? [] : [[15, text(rpath)]]),
    ...(runpath === undefined ? [] : [[29, text(runpath)]]),
  ];
  const loader = interpreter === undefined ? 0 : text(interpreter);
  const strings = 0x400;
  const dynamic = 0x200;
  const bytes = Buffer.alloc(strings + texts.length);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  bytes.writeUInt16LE(3, 16);
  bytes.writeUInt16LE(machine, 18);
  bytes.writeBigUInt64LE(64n, 32);
  bytes.writeUInt16LE(56, 54);
  bytes.writeUInt16LE(interpreter === undefined ? 2 : 3, 56);
  const segment = (index: number, type: number, [offset, address, size]: readonly [number, number, number]) => {
    const at = 64 + 56 * index;
    bytes.writeUInt32LE(type, at);
    bytes.writeBigUInt64LE(BigInt(offset), at + 8);
    bytes.writeBigUInt64LE(BigInt(address), at + 16);
    bytes.writeBigUInt64LE(BigInt(size), at + 32);
  };
  // Addresses are not offsets, so that a reader that confuses them is found out.
  segment(0, 1, [0, 0x10000, bytes.length]);
  segment(1, 2, [dynamic, 0x10000 + dynamic, 16 * (entries.length + 2)]);
  if (interpreter !== undefined) segment(2, 3, [strings + loader, 0x10000 + strings + loader, 10]);
  for (const [index, [tag = 0, value = 0]] of [...entries, [5, 0x10000 + strings]].entries()) {
    bytes.writeBigUInt64LE(BigInt(tag), dynamic + 16 * index);
    bytes.writeBigUInt64LE(BigInt(value), dynamic + 16 * index + 8);
  }
  bytes.write(texts, strings, "latin1");
  return bytes;
}

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

describe("paths", () => {
  it("follow links in every part, and end in a circle", () => {
    const [, paths] = walk(
      new LibrarySearch(),
      link("lib", "usr/lib"),
      link("usr/lib", "/opt/lib"),
      file("opt/lib/a"),
      link("x", "y"),
      link("y", "x"),
    );
    expect(paths.file("/lib/a")?.path).toBe("opt/lib/a");
    expect(paths.file("/lib/../lib/./a")?.path).toBe("opt/lib/a");
    expect(paths.exists("/opt")).toBe(true);
    expect(paths.exists("/x")).toBe(false);
    expect(paths.file("/x")).toBeUndefined();
  });
});

describe("environments", () => {
  const broken = (...files: ReadonlyArray<readonly [LayerEntry, Content]>) => {
    const search = new EnvironmentSearch();
    const [tree, paths] = walk(search, ...files);
    return search.found(tree, paths, "/usr/local/bin:/usr/bin").broken.map(({ kind, names }) => `${kind}: ${names}`);
  };
  const python = file("usr/bin/python3.13");
  const environment = [
    python,
    file("opt/venv/pyvenv.cfg", "home = /usr/bin\nversion_info = 3.13.5\n"),
    link("opt/venv/bin/python", "/usr/bin/python3.13"),
    file(`${SITE}/x.py`),
  ];
  it("are whole when everything that they name is there", () => {
    expect(
      broken(
        ...environment,
        file("opt/venv/bin/uvicorn", "#!/opt/venv/bin/python\n"),
        file("opt/venv/bin/tool", "#!/bin/sh\n'''exec' /opt/venv/bin/python \"$0\" \"$@\"\n"),
        file("opt/venv/bin/other", "#!/usr/bin/env -S python3.13 -I\n"),
        file("opt/venv/bin/binary", "\u007fELF"),
        file(`${SITE}/x.pth`, "import sys\n/opt/venv\nrelative\n"),
        file("bin/sh"),
      ),
    ).toEqual([]);
  });
  it.each([
    ["a script of another path", [file("opt/venv/bin/x", "#!/build/bin/python\n")], "interpreter: /build/bin/python"],
    [
      "a long path behind exec",
      [file("opt/venv/bin/x", '#!/bin/sh\n\'\'\'exec\' "/build/bin/python" "$0" "$@"\n'), file("bin/sh")],
      "interpreter: /build/bin/python",
    ],
    ["a program that PATH does not have", [file("usr/local/bin/x", "#!/usr/bin/env node\n")], "interpreter: node"],
    [
      "an editable installation",
      [file(`${SITE}/x-1.dist-info/direct_url.json`, '{"url": "file:///src/x", "dir_info": {"editable": true}}')],
      "editable: /src/x",
    ],
    ["a path file", [file(`${SITE}/x.pth`, "/src/x\n")], "path file: /src/x"],
  ] as const)("are not with %s", (_, files, problem) => {
    expect(broken(...environment, ...files)).toEqual([problem]);
  });
  it("are not when the base has no Python, or another one", () => {
    const [, config, program, source] = environment;
    expect(broken(config ?? python, program ?? python, source ?? python)).toEqual([
      "base Python: /usr/bin",
      "base Python: /usr/bin/python3.13",
    ]);
    expect(
      broken(
        file("usr/bin/python3.12"),
        config ?? python,
        link("opt/venv/bin/python", "/usr/bin/python3.12"),
        source ?? python,
      ),
    ).toEqual(["Python version: /usr/bin/python3.12"]);
  });
});

describe("modes", () => {
  const modes = (user: string, ...files: ReadonlyArray<readonly [LayerEntry, Content]>) => {
    const search = new ModeSearch();
    const [tree] = walk(search, file("etc/passwd", "root:x:0:0::/:\napp:x:1001:1002::/:\n"), ...files);
    return search.found(tree, { user, writable: ["/data"], volumes: ["/data/"], owner: () => "deb sudo" });
  };
  it("name setuid programs, and what everybody may write", () => {
    const { setId, forAll } = modes(
      "1001",
      file("usr/bin/sudo", "", { mode: 0o4755 }),
      file("usr/bin/plain"),
      file("app/open", "", { mode: 0o666 }),
      file("data/open", "", { mode: 0o666 }),
      file("opt/venv/.lock", "", { mode: 0o666, bytes: 0 }),
      file("opt/venv/full.lock", "", { mode: 0o666, bytes: 5 }),
      file("tmp", "", { mode: 0o777, kind: "directory" }),
      file("app/shared", "", { mode: 0o1777, kind: "directory" }),
      file("app/uploads", "", { mode: 0o777, kind: "directory" }),
    );
    expect(setId).toEqual([{ path: "/usr/bin/sudo", mode: "4755", layer: 0, owner: "deb sudo" }]);
    expect(forAll).toEqual(["/app/open", "/opt/venv/full.lock", "/app/uploads"]);
  });
  const code = [
    file("app/own.py", "", { mode: 0o644, uid: 1001 }),
    file("app/groups.py", "", { mode: 0o664, gid: 1002 }),
    file("app/roots.py", "", { mode: 0o644 }),
    file("app/data.json", "", { uid: 1001 }),
    file("data/own.py", "", { uid: 1001 }),
  ];
  it.each([
    ["1001:1002", { uid: 1001, count: 2, replaceable: 0, examples: ["/app/own.py", "/app/groups.py"] }],
    ["app", { uid: 1001, count: 2, replaceable: 0, examples: ["/app/own.py", "/app/groups.py"] }],
    ["1001:5", { uid: 1001, count: 1, replaceable: 0, examples: ["/app/own.py"] }],
    ["", undefined],
    ["root", undefined],
    ["nobody-knows", undefined],
  ])("tell what user %j may change of the code", (user, expected) => {
    expect(modes(user, ...code).codeWritable).toEqual(expected);
  });
  it("tell what the user may change of the code in a volume", () => {
    expect(modes("1001", ...code).codeInVolumes).toEqual({ count: 1, replaceable: 0, examples: ["/data/own.py"] });
    expect(modes("1002", ...code).codeInVolumes).toEqual({ count: 0, replaceable: 0, examples: [] });
    expect(modes("root", ...code)).not.toHaveProperty("codeInVolumes");
  });
});
