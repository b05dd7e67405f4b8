import { expect, it } from "vitest";
import { createBody } from "../../src/engine/create.ts";

const facts = { image: "image", labels: { run: "1" }, hasStartInterval: true, podman: false, copied: [], bound: [] };
const mountsOf = (body: Record<string, unknown>): unknown => (body["HostConfig"] as { Mounts: unknown }).Mounts;

it("asks for a new volume without a name, so that it takes over the image's folder and goes with the container", () => {
  const mounts = mountsOf(createBody(facts, { volumes: ["/app/data"] }));
  expect(mounts).toEqual([{ Type: "volume", Target: "/app/data", VolumeOptions: { Labels: { run: "1" } } }]);
  expect(mountsOf(createBody(facts, {}))).toEqual([]);
});
