import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { expect, it } from "vitest";
import type { LayerEntry } from "./engine.ts";
import { walkLayerTar, wholeOf } from "./layer-tar.ts";
import { layersIn } from "./manifest.ts";

async function tar(): Promise<Buffer> {
  const archive = pack();
  archive.entry({ name: "./app/", type: "directory", mode: 0o755 });
  archive.entry({ name: "app/main.py", mode: 0o640, uid: 1001, gid: 1002, mtime: new Date(1000) }, "print(1)\n");
  archive.entry({ name: "app/copy.py", type: "link", linkname: "app/main.py" });
  archive.entry({ name: "app/.wh.old.py" }, "");
  archive.entry({ name: "data/.wh..wh..opq" }, "");
  archive.entry({ name: `${"deep/".repeat(40)}file` }, "x".repeat(200_000));
  archive.finalize();
  return await wholeOf(archive);
}

/** A zstd frame of uncompressed blocks: the shortest encoder there is. */
function zstd(bytes: Buffer): Buffer {
  const parts: Buffer[] = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58])];
  for (let at = 0; at < bytes.length; at += 100_000) {
    const block = bytes.subarray(at, at + 100_000);
    const last = at + 100_000 >= bytes.length ? 1 : 0;
    const head = Buffer.alloc(3);
    head.writeUIntLE(last | (block.length << 3), 0, 3);
    parts.push(head, block);
  }
  return Buffer.concat(parts);
}

it.each([
  ["plain", (bytes: Buffer) => bytes],
  ["gzip", (bytes: Buffer) => gzipSync(bytes)],
  ["zstd", zstd],
])("walks a %s layer", async (format, encode) => {
  const entries: LayerEntry[] = [];
  const contents: string[] = [];
  const sum = await walkLayerTar(Readable.from([encode(await tar())]), 3, {
    entry: (entry) => entries.push(entry),
    wants: (entry) => entry.path.endsWith(".py"),
    content: (entry, bytes) => contents.push(`${entry.path}: ${bytes.toString()}`),
  });
  expect(sum).toMatchObject({ bytes: 200_009, files: 2, compressed: format !== "plain" });
  expect(entries.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
    "directory app",
    "file app/main.py",
    "hardlink app/copy.py",
    "whiteout app/old.py",
    "opaque data",
    `file ${"deep/".repeat(40)}file`,
  ]);
  expect(entries[1]).toMatchObject({ layer: 3, bytes: 9, mode: 0o640, uid: 1001, gid: 1002, modified: 1 });
  expect(entries[2]?.link).toBe("app/main.py");
  expect(contents).toEqual(["app/main.py: print(1)\n"]);
});

it("says what a layer would weigh compressed when it comes uncompressed, and not otherwise", async () => {
  const small = Buffer.alloc(2048);
  const walked = async (bytes: Buffer) =>
    (await walkLayerTar(Readable.from([bytes]), 0, { entry: () => {} })).estimated;
  expect(await walked(small)).toBe(gzipSync(small).length);
  expect(await walked(gzipSync(small))).toBeUndefined();
});

it("fails on a layer that breaks off", async () => {
  const half = gzipSync(await tar()).subarray(0, 300);
  await expect(walkLayerTar(Readable.from([half]), 0, { entry: () => {} })).rejects.toThrow(/unexpected end/i);
});

const image = { id: "sha256:i", tag: "x:1", platform: "linux/amd64" } as Parameters<typeof layersIn>[1];
const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const config = {
  rootfs: { diff_ids: ["sha256:1", "sha256:2"] },
  history: [{ created_by: "ADD" }, { created_by: "ENV", empty_layer: true }, { created_by: "RUN" }],
};

it("reads the layout of blobs, with sizes from the manifest of this platform", () => {
  const layer = (digest: string, size: number) => ({ digest: `sha256:${digest}`, size });
  const members = new Map([
    ["manifest.json", json([{ Config: "blobs/sha256/c", Layers: ["blobs/sha256/l1", "blobs/sha256/l2"] }])],
    ["index.json", json({ manifests: [{ digest: "sha256:list" }] })],
    ["blobs/sha256/list", json({ manifests: [{ digest: "sha256:absent" }, { digest: "sha256:m" }] })],
    ["blobs/sha256/m", json({ config: { digest: "sha256:c" }, layers: [layer("l1", 11), layer("l2", 22)] })],
    ["blobs/sha256/c", json(config)],
    ["blobs/sha256/l1", Buffer.from("one")],
    ["blobs/sha256/l2", Buffer.from("two")],
  ]);
  expect(layersIn(members, image)).toEqual([
    { diffId: "sha256:1", createdBy: "ADD", member: Buffer.from("one"), contentBytes: 11 },
    { diffId: "sha256:2", createdBy: "RUN", member: Buffer.from("two"), contentBytes: 22 },
  ]);
});

it("reads the old layout, and says when a layer or the list is missing", () => {
  const members = new Map<string, Buffer | string>([
    ["manifest.json", json([{ Config: "c.json", Layers: ["a/layer.tar", "b/layer.tar"] }])],
    ["c.json", json(config)],
    ["a/layer.tar", "/tmp/spooled"],
    ["b/layer.tar", Buffer.from("two")],
  ]);
  expect(layersIn(members, image).map((plan) => [plan.diffId, plan.createdBy, plan.contentBytes])).toEqual([
    ["sha256:1", "ADD", undefined],
    ["sha256:2", "RUN", undefined],
  ]);
  members.delete("b/layer.tar");
  expect(() => layersIn(members, image)).toThrow("lacks the layer b/layer.tar");
  expect(() => layersIn(new Map(), image)).toThrow("no manifest.json");
});
