import { expect, it } from "vitest";
import { labelsOf, ownerNow } from "./owner.ts";
import { untagged } from "./sweep.ts";

const labels = labelsOf(ownerNow("r"), "image", 0);
const kept = labelsOf(ownerNow("r"), "kept-image", 0);
const ids = (images: Parameters<typeof untagged>[0]) => untagged(images, true).map(({ Id: id }) => id);

it("finds the builds of Podman that lost their tag", () => {
  const lost = { Id: "sha256:b", ParentId: "sha256:a", RepoTags: null, Labels: labels };
  expect(ids([lost])).toEqual(["sha256:b"]);
  expect(ids([{ ...lost, RepoTags: ["localhost/seaworthy/x:after"] }])).toEqual([]);
});

it("knows a parent by its id alone, as Podman writes it", () => {
  const ours = { Id: "sha256:b", ParentId: "a", RepoTags: ["localhost/seaworthy/x:after"], Labels: labels };
  expect(ids([ours, { Id: "sha256:c", ParentId: "b", RepoTags: [], Labels: labels }])).toEqual([]);
});

it("takes layers that carry the labels of what was built, where Podman cannot label them otherwise", () => {
  const layer = (id: string, parent: string) => ({
    Id: `sha256:${id}`,
    ParentId: parent,
    RepoTags: null,
    Labels: labels,
  });
  const named = { ...layer("b", "a"), RepoTags: ["localhost/seaworthy/x:after"] };
  const found = untagged([layer("d", "c"), layer("e", "d"), named, layer("f", "b")], false);
  expect(found.map(({ Id: id }) => id)).toEqual(["sha256:d", "sha256:e"]);
});

it("leaves what somebody made from one of ours, layers of a kept base, and what tells no parent", () => {
  const ours = { Id: "sha256:b", ParentId: "sha256:a", RepoTags: ["localhost/seaworthy/x:after"], Labels: labels };
  expect(ids([ours, { Id: "sha256:c", ParentId: "sha256:b", RepoTags: [], Labels: labels }])).toEqual([]);
  expect(ids([{ Id: "sha256:d", ParentId: "sha256:a", RepoTags: [], Labels: kept }])).toEqual([]);
  expect(ids([{ Id: "sha256:e", RepoTags: [], Labels: labels }])).toEqual([]);
  expect(ids([{ Id: "sha256:f", ParentId: "sha256:a", RepoTags: [], Labels: null }])).toEqual([]);
});
