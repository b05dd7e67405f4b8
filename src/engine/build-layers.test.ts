import { expect, it } from "vitest";
import { removableLayers } from "./build-layers.ts";
import { labelsOf, ownerNow } from "./owner.ts";

const labels = labelsOf(ownerNow("r"), "layer", 0);
type Listed = Parameters<typeof removableLayers>[0][number];
/** As Podman lists it: the parent without the name of the hash. */
const image = (id: string, parent: string, more: Partial<Listed> = {}): Listed => ({
  Id: `sha256:${id}`,
  ParentId: parent,
  RepoTags: null,
  Labels: labels,
  ...more,
});
const base = image("base", "", { Labels: null, RepoTags: ["docker.io/library/python:3.13-slim"] });
const removable = (...images: readonly Listed[]) =>
  removableLayers([base, ...images], () => true).map((id) => id.replace("sha256:", ""));

it("takes each layer after those that were made from it", () => {
  expect(removable(image("one", "base"), image("two", "one"), image("three", "two"))).toEqual(["three", "two", "one"]);
});

it("leaves the layers of others, and those below them", () => {
  const theirs = { Labels: null };
  expect(removable(image("theirs", "base", theirs), image("one", "theirs"))).toEqual(["one"]);
  expect(removable(image("one", "base"), image("two", "one"), image("theirs", "one", theirs))).toEqual(["two"]);
  expect(removableLayers([base, image("one", "base")], () => false)).toEqual([]);
});

it("leaves one that a build of somebody else's has named, what was made from it, and what it was made from", () => {
  const named = image("two", "one", { RepoTags: ["localhost/theirs:1"] });
  expect(removable(image("one", "base"), named, image("three", "two"), image("other", "base"))).toEqual(["other"]);
});

it("leaves the images of our own builds to their tags", () => {
  expect(removable(image("built", "base", { Labels: labelsOf(ownerNow("r"), "image", 0) }))).toEqual([]);
});
