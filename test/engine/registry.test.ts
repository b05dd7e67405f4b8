import { expect, it } from "vitest";
import { anonymous } from "../../src/registry/credentials.ts";
import { resolvePins } from "../../src/registry/pins.ts";
import { REGISTRY } from "./engine-fixture.ts";

/** The lab's registry: a real one, on this machine. A machine with an engine of its own has none. */
const LAB = REGISTRY ?? "";

it.skipIf(REGISTRY === undefined)("resolves a base through the lab's mirror of Docker Hub", async () => {
  const [pin, missing] = await resolvePins(["python:3.13-slim", `${LAB}/library/no-such-image:1`], {
    platform: process.arch === "arm64" ? "linux/arm64" : "linux/amd64",
    env: {},
    fetch,
    mirrors: { "docker.io": LAB },
    credentials: anonymous,
    lock: [],
    offline: false,
    signal: AbortSignal.timeout(60_000),
    now: () => new Date(),
  });
  expect(pin).toMatchObject({ digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/), from: LAB });
  const answer = await fetch(`http://${LAB}/v2/library/python/manifests/${pin?.digest}`, {
    method: "HEAD",
    headers: { accept: pin?.mediaType ?? "" },
  });
  expect(answer.status).toBe(200);
  expect(missing).toMatchObject({ digest: undefined, problem: expect.stringContaining("404") });
});
