import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { LayerEntry } from "../../src/engine/engine.ts";
import { apkPackages } from "../../src/probes/packages/apk.ts";
import { ContentsSearch } from "../../src/probes/packages/contents.ts";
import { DebPackages } from "../../src/probes/packages/deb.ts";
import { Distributions } from "../../src/probes/packages/distributions.ts";
import type { PackageSource } from "../../src/probes/packages/package.ts";
import { rpmPackages } from "../../src/probes/packages/rpm.ts";
import { tableRows } from "../../src/probes/packages/sqlite.ts";
import { Paths } from "../../src/probes/support/paths.ts";
import { FinalTree } from "../../src/probes/support/tree.ts";

type Files = Readonly<Record<string, string | Buffer>>;
function read(source: PackageSource, files: Files, gone: readonly string[] = []) {
  for (const [path, content] of Object.entries(files))
    if (source.wants(path)) source.content(path, Buffer.from(content));
  return source.packages((path) => Object.hasOwn(files, path) && !gone.includes(path));
}
const RPMDB = readFileSync(new URL("fixtures/rpmdb.sqlite", import.meta.url));

const STATUS = `Package: libssl3t64
Status: install ok installed
Architecture: amd64
Multi-Arch: same
Version: 3.5.1-1
Description: Secure Sockets Layer
 more lines: of it
 .
 and more

Package: removed
Status: deinstall ok config-files
Version: 1.0

Package: tzdata
Status: install ok installed
Architecture: all
Version: 2025b-1
`;

describe("Debian's packages", () => {
  const files = {
    "var/lib/dpkg/status": STATUS,
    "var/lib/dpkg/info/libssl3t64:amd64.list": "/.\n/usr\n/usr/lib/x86_64-linux-gnu/libssl.so.3\n",
    "var/lib/dpkg/info/libssl3t64:amd64.md5sums":
      "d41d8cd98f00b204e9800998ecf8427e  usr/lib/x86_64-linux-gnu/libssl.so.3\n",
    "usr/share/doc/libssl3t64/copyright":
      "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nLicense: Apache-2.0\n\nFiles: debian/*\nLicense: GPL-2+\n",
    "usr/share/doc/tzdata/copyright": "License: it is prose, not a list\n",
  };
  it("are read from dpkg, with their files, licences and the hash of their list", () => {
    const [ssl, tz, ...rest] = read(new DebPackages(), files);
    expect(ssl).toMatchObject({
      kind: "deb",
      name: "libssl3t64",
      version: "3.5.1-1",
      architecture: "amd64",
      licences: ["Apache-2.0", "GPL-2+"],
      record: { path: "/var/lib/dpkg/info/libssl3t64:amd64.md5sums" },
    });
    expect(ssl?.record?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(ssl?.files).toContain("/usr/lib/x86_64-linux-gnu/libssl.so.3");
    expect(tz).toMatchObject({ name: "tzdata", licences: [], files: [] });
    expect(rest).toEqual([]);
  });
  it("are none when a later layer took the database away", () => {
    expect(read(new DebPackages(), files, ["var/lib/dpkg/status"])).toEqual([]);
  });
  it("are read from one file each, as small images have them", () => {
    const found = read(new DebPackages(), {
      "var/lib/dpkg/status.d/libc6": "Package: libc6\nVersion: 2.41-12\nArchitecture: amd64\n",
      "var/lib/dpkg/status.d/libc6.md5sums": "d41d8cd98f00b204e9800998ecf8427e  lib/libc.so.6\n",
    });
    expect(found).toMatchObject([{ name: "libc6", version: "2.41-12", files: ["/lib/libc.so.6"] }]);
  });
});

it("Alpine's packages are read with their files", () => {
  const database =
    "C:Q1abc=\nP:musl\nV:1.2.5-r9\nA:x86_64\nL:MIT\nF:lib\nR:ld-musl-x86_64.so.1\na:0:0:755\nF:usr/bin\nR:ldd\n\nP:busybox\nV:1.37.0-r12\nA:x86_64\nL:GPL-2.0-only\n\n";
  expect(read(apkPackages(), { "lib/apk/db/installed": database })).toMatchObject([
    {
      kind: "apk",
      name: "musl",
      version: "1.2.5-r9",
      licences: ["MIT"],
      files: ["/lib/ld-musl-x86_64.so.1", "/usr/bin/ldd"],
    },
    { name: "busybox", files: [] },
  ]);
});

describe("rpm's packages", () => {
  it("are read from its database, over several pages and without its keys", () => {
    const found = read(rpmPackages(), { "var/lib/rpm/rpmdb.sqlite": RPMDB });
    expect(found).toHaveLength(13);
    expect(found.find(({ name }) => name === "libsmall7")).toEqual({
      kind: "rpm",
      name: "libsmall7",
      version: "1.7-3.amzn2023",
      architecture: "x86_64",
      licences: ["MIT"],
      files: ["/usr/lib64/libsmall7.so.1"],
    });
    const large = found.find(({ name }) => name === "openssl-libs");
    expect(large?.version).toBe("1:3.2.2-1.amzn2023.0.2");
    expect(large?.files).toHaveLength(121);
    expect(large?.files.at(-1)).toBe("/usr/share/doc/openssl/file-119.txt");
  });
  it.each([
    ["is cut off", RPMDB.subarray(0, 1500)],
    ["is something else", Buffer.from("not a database")],
    ["is damaged", Buffer.from(RPMDB).fill(0xff, 512, 1024)],
  ])("are none, and nothing breaks, when the database %s", (_, bytes) => {
    expect(read(rpmPackages(), { "var/lib/rpm/rpmdb.sqlite": bytes })).toEqual([]);
  });
  it("a table that is not there has no rows", () => {
    expect(tableRows(RPMDB, "Installtid")).toEqual([]);
    expect(tableRows(RPMDB, "Name")).toEqual([]);
  });
});

const SITE = "opt/venv/lib/python3.13/site-packages";

describe("Python's distributions", () => {
  const one = (metadata: string, more: Files = {}) =>
    read(new Distributions(), { [`${SITE}/x-1.dist-info/METADATA`]: metadata, ...more })[0];
  it.each([
    ["License-Expression: MIT OR Apache-2.0\nLicense: other", ["MIT OR Apache-2.0"]],
    ["Classifier: License :: OSI Approved :: MIT License\nClassifier: Topic :: X\nLicense: no", ["MIT License"]],
    ["Classifier: License :: OSI Approved\nLicense: BSD-3-Clause", ["BSD-3-Clause"]],
    ["License: Apache-2.0\n  and its long text\n  goes on", ["Apache-2.0"]],
    ["License: UNKNOWN", []],
    ["License-File: LICENSE", ["LicenseRef-in-its-files"]],
    ["Summary: x\n\nLicense: in the description", []],
  ])("declare their licences: %j", (fields, licences) => {
    expect(one(`Name: x\nVersion: 1\n${fields}`)?.licences).toEqual(licences);
  });
  it("name their files, and where they came from", () => {
    const record = 'x/__init__.py,sha256=abc,10\n../../../bin/x,sha256=abc,10\n"x/a,b.py",,\nx-1.dist-info/RECORD,,\n';
    const found = one("Name: X_Y.z\nVersion: 1.0", {
      [`${SITE}/x-1.dist-info/RECORD`]: record,
      [`${SITE}/x-1.dist-info/direct_url.json`]: '{"url": "https://example.org/x", "vcs_info": {}}',
    });
    expect(found).toMatchObject({ name: "x-y-z", version: "1.0", direct: "vcs" });
    expect(found?.files).toEqual([
      `/${SITE}/x/__init__.py`,
      "/opt/venv/bin/x",
      `/${SITE}/x/a,b.py`,
      `/${SITE}/x-1.dist-info/RECORD`,
    ]);
  });
  it("outside of the virtual environment are marked", () => {
    const found = read(new Distributions(), {
      "opt/venv/pyvenv.cfg": "home = /usr/bin\n",
      [`${SITE}/x-1.dist-info/METADATA`]: "Name: x\nVersion: 1\n",
      "usr/local/lib/python3.13/site-packages/pip-25.dist-info/METADATA": "Name: pip\nVersion: 25\n",
      "usr/lib/python3/dist-packages/six-1.dist-info/METADATA": "Name: six\nVersion: 1\n",
    });
    expect(found.map(({ name, outsideEnvironment }) => [name, outsideEnvironment])).toEqual([
      ["x", undefined],
      ["pip", true],
    ]);
  });
});

describe("the contents of an image", () => {
  const contentsOf = (files: ReadonlyArray<readonly [path: string, content: string, more?: Partial<LayerEntry>]>) => {
    const search = new ContentsSearch("");
    const tree = new FinalTree();
    for (const [path, content, more] of files) {
      const entry: LayerEntry = {
        layer: 0,
        path,
        kind: "file",
        bytes: content.length,
        mode: 0o644,
        uid: 0,
        gid: 0,
        modified: 1,
        ...more,
      };
      tree.add(entry);
      search.entry(entry);
      if (search.wants(entry)) search.content(entry, Buffer.from(content));
    }
    return search.found(tree, new Paths(tree), "app").contents;
  };
  it("mark the distributions that the operating system's packages bring, and no other", () => {
    const gpg = "usr/lib/python3.12/site-packages/gpg-1.15.1-py3.12.egg-info";
    const { packages } = contentsOf([
      [
        "lib/apk/db/installed",
        `P:py3-gpg\nV:1-r0\nF:${gpg.slice(0, gpg.lastIndexOf("/"))}\nR:${gpg.slice(gpg.lastIndexOf("/") + 1)}\nF:usr/lib/python3.12/site-packages/six-1.dist-info\nR:METADATA\n`,
      ],
      [gpg, "Name: gpg\nVersion: 1.15.1\n"],
      ["usr/lib/python3.12/site-packages/six-1.dist-info/METADATA", "Name: six\nVersion: 1\n"],
      ["usr/lib/python3.12/site-packages/x-1.dist-info/METADATA", METADATA],
    ]);
    const marked = packages.filter(({ kind }) => kind === "pypi").map(({ name, ofSystem }) => [name, ofSystem]);
    expect(marked).toEqual([
      ["gpg", true],
      ["six", true],
      ["x", undefined],
    ]);
    expect(packages.every((one) => !("metadata" in one))).toBe(true);
  });
  const METADATA = "Name: x\nVersion: 1\n";
  const RECORD = "x/__init__.py,sha256=abc,3\n";
  it("give each byte to whoever put it there", () => {
    const { owners, packages, system } = contentsOf([
      ["etc/os-release", 'PRETTY_NAME="Debian GNU/Linux 13"\nID=debian\nVERSION_ID="13"\n'],
      ["lib", "", { kind: "symlink", link: "usr/lib" }],
      ["var/lib/dpkg/status", "Package: libc6\nStatus: install ok installed\nVersion: 2.41\n"],
      ["var/lib/dpkg/info/libc6.list", "/lib/libc.so.6\n"],
      ["usr/lib/libc.so.6", "c".repeat(100)],
      [`${SITE}/x-1.dist-info/METADATA`, METADATA],
      [`${SITE}/x-1.dist-info/RECORD`, RECORD],
      [`${SITE}/x/__init__.py`, "abc"],
      [`${SITE}/x/__pycache__/__init__.cpython-313.pyc`, "bytecode"],
      [`${SITE}/stray.py`, "12345"],
      ["usr/lib/python3.13/ast.py", "1234567"],
      ["app/main.py", "12"],
      ["root/.cache/pip/http/a", "1234"],
    ]);
    const bytes = Object.fromEntries(owners.map((one) => [`${one.kind}: ${one.name}`, one.bytes]));
    expect(system).toEqual({ id: "debian", version: "13", name: "Debian GNU/Linux 13" });
    expect(bytes).toMatchObject({
      "operating system: libc6": 100,
      "distribution: x": 11,
      "distribution: in no RECORD": 5 + METADATA.length + RECORD.length,
      "Python: Python": 7,
      "application: application": 2,
      "cache: cache of pip": 4,
    });
    expect(packages.map(({ name, bytes: own }) => [name, own])).toEqual([
      ["libc6", 100],
      ["x", 11],
    ]);
  });
  it("take what is linked to an installer's cache for installed, and the cache itself for none", () => {
    const inCache = "root/.cache/uv/archive-v0/abc/x-1.dist-info/METADATA";
    const linked = { kind: "hardlink", bytes: 0, link: inCache } as const;
    expect(contentsOf([[inCache, METADATA]]).packages).toEqual([]);
    expect(
      contentsOf([
        [inCache, METADATA],
        [`${SITE}/x-1.dist-info/METADATA`, "", linked],
      ]).packages,
    ).toMatchObject([{ name: "x", version: "1" }]);
  });
  it("say what each layer hides: deleted, replaced, or stored again by chown", () => {
    const { waste } = contentsOf([
      ["app/a", "12345"],
      ["app/b", "123"],
      ["app/c", "12"],
      ["app/a", "12345", { layer: 1, uid: 1001 }],
      ["app/b", "123", { layer: 1, modified: 2 }],
      ["app/c", "", { layer: 2, kind: "whiteout" }],
    ]);
    expect(waste).toEqual([
      { layer: 1, deleted: 0, replaced: 3, doubled: 5, example: "/app/a" },
      { layer: 2, deleted: 2, replaced: 0, doubled: 0, example: "/app/c" },
    ]);
  });
});
