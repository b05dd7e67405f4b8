import { expect, it } from "vitest";
import { createBody } from "../../src/engine/create.ts";

const facts = {
  image: "image",
  labels: { run: "1" },
  hasStartInterval: true,
  podman: false,
  publishOn: "127.0.0.1",
  copied: [],
  bound: [],
};
const mountsOf = (body: Record<string, unknown>): unknown => (body["HostConfig"] as { Mounts: unknown }).Mounts;

it("asks for a new volume without a name, so that it takes over the image's folder and goes with the container", () => {
  const mounts = mountsOf(createBody(facts, { volumes: ["/app/data"] }));
  expect(mounts).toEqual([{ Type: "volume", Target: "/app/data", VolumeOptions: { Labels: { run: "1" } } }]);
  expect(mountsOf(createBody(facts, {}))).toEqual([]);
});

it("asks for an empty volume where ECS gives one, and for a health command that is not the image's", () => {
  const body = createBody(facts, {
    emptyVolumes: ["/data"],
    health: { test: ["CMD", "true"], intervalMs: 1000, timeoutMs: 2000, retries: 1, startPeriodMs: 0 },
  });
  const volume = { Type: "volume", Target: "/data", VolumeOptions: { NoCopy: true, Labels: { run: "1" } } };
  expect(mountsOf(body)).toEqual([volume]);
  expect(body["Healthcheck"]).toMatchObject({ Test: ["CMD", "true"], Interval: 1e9 });
});

it("leaves the health command of Podman to the container that runs it", () => {
  const health = { test: ["CMD", "true"], intervalMs: 1000, timeoutMs: 2000, retries: 1, startPeriodMs: 0 };
  expect(createBody({ ...facts, podman: true }, { health })).not.toHaveProperty("Healthcheck");
});
