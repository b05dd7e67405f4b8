import { expect, it } from "vitest";
import type { Image } from "../model/types.ts";
import { layersIn } from "./manifest.ts";

const image = { tag: "labels:1" } as Image;
const json = (value: unknown) => Buffer.from(JSON.stringify(value));

it("finds no layer in an image of labels alone, whose archive says so with null", () => {
  const members = new Map([
    ["manifest.json", json([{ Config: "blobs/sha256/aa", Layers: null }])],
    ["blobs/sha256/aa", json({ rootfs: { diff_ids: null }, history: null })],
    ["index.json", json({ manifests: [{ digest: "sha256:bb" }] })],
    ["blobs/sha256/bb", json({ config: { digest: "sha256:aa" }, layers: null })],
  ]);
  expect(layersIn(members, image)).toEqual([]);
});

it("names the layers by what made them", () => {
  const members = new Map([
    ["manifest.json", json([{ Config: "config.json", Layers: ["one/layer.tar"] }])],
    [
      "config.json",
      json({
        rootfs: { diff_ids: ["sha256:11"] },
        history: [{ created_by: "LABEL a=b", empty_layer: true }, { created_by: "COPY . ." }],
      }),
    ],
    ["one/layer.tar", Buffer.from("tar")],
  ]);
  expect(layersIn(members, image)).toMatchObject([{ diffId: "sha256:11", createdBy: "COPY . ." }]);
});

it("says that the engine does not hold a layer", () => {
  const members = new Map([["manifest.json", json([{ Config: "c", Layers: ["gone"] }])]]);
  expect(() => layersIn(members, image)).toThrow("lacks the layer gone");
});
