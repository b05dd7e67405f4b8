import { expect, it } from "vitest";
import type { Image, InstalledPackage, Layer } from "../../model/types.ts";
import { compare } from "./compare.ts";
import type { Mark, Marked } from "./marks.ts";
import { hashesOf } from "./normal-form.ts";

type Files = Readonly<Record<string, string | Buffer>>;
const mark = (path: string, content: string | Buffer, more: Partial<Mark> = {}): Mark => ({
  kind: "file",
  mode: 0o644,
  uid: 0,
  gid: 0,
  modified: 1,
  hashes: hashesOf(path, Buffer.from(content)),
  ...more,
});
const config = { labels: { "seaworthy.run": "1", own: "a" }, env: ["A=1"], history: [] };
const layer = (diffId: string) => ({ diffId, createdBy: `RUN ${diffId.slice(0, 1)}` }) as Layer;
const image = (files: Files, diffId: string, more: Partial<Mark> = {}, packages: readonly string[] = []): Marked => ({
  image: { config } as unknown as Image,
  layers: [layer("base"), layer(diffId)],
  marks: [new Map(), new Map(Object.entries(files).map(([path, content]) => [path, mark(path, content, more)]))],
  packages: packages.map((version) => ({ kind: "deb", name: "libx", version }) as InstalledPackage),
  owners: { nameOf: (path: string) => (path.startsWith("usr/lib/libx") ? "deb libx" : undefined) } as Marked["owners"],
});
const differing = (first: Files, second: Files, more: Partial<Mark> = {}) =>
  compare(image(first, "one"), image(second, "two", more)).differing[0]?.differences.map(
    ({ kind, files, examples }) => [kind, files, examples[0]] as const,
  );

/** Magic, flags, eight bytes of header, code. */
const pyc = (flags: number, header: string, code: string) =>
  Buffer.concat([Buffer.from("mgic"), Buffer.from([flags, 0, 0, 0]), Buffer.from(header), Buffer.from(code)]);

it("takes no look at layers with the same digest", () => {
  const same = image({ "app/a": "1" }, "one");
  const compared = compare(same, image({ "app/a": "2" }, "one"));
  expect(compared).toEqual({ layers: 2, again: 2, equal: 2, configuration: [], moved: [], differing: [] });
});

it.each([
  ["times", { "app/a.py": "1" }, { "app/a.py": "1" }, { modified: 2 }],
  ["rights", { "app/a.py": "1" }, { "app/a.py": "1" }, { uid: 7 }],
  ["content", { "app/a.py": "1" }, { "app/a.py": "2" }, {}],
  ["only-once", { "app/a.py": "1" }, {}, {}],
  ["archive", { "app/a.py": "1" }, { "app/a.py": "1" }, {}],
  ["logs", { "var/log/dpkg.log": "1" }, { "var/log/dpkg.log": "2" }, {}],
  ["logs", {}, { "var/cache/ldconfig/aux-cache": "2" }, {}],
  ["records", { "v/x.dist-info/INSTALLER": "pip" }, { "v/x.dist-info/INSTALLER": "uv" }, {}],
  [
    "records",
    { "v/x.dist-info/RECORD": "b,sha256=1,2\na,,\nx.dist-info/uv_cache.json,sha256=5,9\n" },
    { "v/x.dist-info/RECORD": "a,,\nb,sha256=1,2\nx.dist-info/uv_cache.json,sha256=6,9\n" },
    {},
  ],
  ["content", { "v/x.dist-info/RECORD": "b,sha256=1,2" }, { "v/x.dist-info/RECORD": "b,sha256=9,2" }, {}],
] as const)("tells %s", (kind, first, second, more) => {
  expect(differing(first as Files, second as Files, more)?.map(([one]) => one)).toEqual([kind]);
});

it("tells bytecode whose header differs from bytecode that was compiled otherwise, and from that of another source", () => {
  const path = "app/__pycache__/a.cpython-313.pyc";
  const of = (source: string, header: string, code: string) => ({ "app/a.py": source, [path]: pyc(0, header, code) });
  expect(differing(of("1", "time-one", "code"), of("1", "time-two", "code"))).toEqual([
    ["bytecode-times", 1, `/${path}`],
  ]);
  expect(differing(of("1", "time-one", "code"), of("1", "time-one", "edoc"))).toEqual([["bytecode", 1, `/${path}`]]);
  expect(differing(of("1", "time-one", "code"), of("2", "time-one", "edoc"))).toEqual([["content", 2, "/app/a.py"]]);
});

it("tells packages of the distribution that moved, and says whose a file is", () => {
  const files = { "usr/lib/libx.so": "1", "app/a": "1" };
  const first = image(files, "one", {}, ["1.0"]);
  const second = image({ ...files, "usr/lib/libx.so": "2" }, "two", {}, ["1.1"]);
  const compared = compare(first, second);
  expect(compared.moved).toEqual(["libx 1.0 → 1.1"]);
  expect(compared.differing[0]).toEqual({
    layer: 2,
    step: "RUN o",
    differences: [{ kind: "moved", files: 1, examples: ["/usr/lib/libx.so (deb libx)"] }],
  });
});

it("compares the configuration without the labels of the run that built it", () => {
  const first = image({}, "one");
  const altered = (changed: object): Marked => ({
    ...first,
    image: { config: { ...config, ...changed } } as unknown as Image,
  });
  expect(compare(first, altered({ labels: { "seaworthy.run": "2", own: "a" } })).configuration).toEqual([]);
  expect(compare(first, altered({ labels: { own: "b" }, env: ["A=2"] })).configuration).toEqual(["labels", "env"]);
});
