import { expect, it } from "vitest";
import { baseDigestKnown } from "../../src/checks/base-digest-known.ts";
import { pushedAndPulled } from "../../src/checks/pushed-and-pulled.ts";
import { baseDigests } from "../../src/probes/base-digests.ts";
import { registryRoundTrip } from "../../src/probes/registry-round-trip.ts";
import { type RegistryAccess, registryAccess } from "../../src/registry/access.ts";
import { anonymous } from "../../src/registry/credentials.ts";
import { BASE, buildFolder, connect, REGISTRY } from "./engine-fixture.ts";

/** The lab's registry: a real one, on this machine. A machine with an engine of its own has none. */
const LAB = REGISTRY ?? "";

const access = (): RegistryAccess =>
  registryAccess({
    platform: process.arch === "arm64" ? "linux/arm64" : "linux/amd64",
    env: {},
    fetch,
    mirrors: { "docker.io": LAB },
    credentials: anonymous,
    signal: AbortSignal.timeout(240_000),
    pushTo: `${LAB}/seaworthy/test`,
  });

it.skipIf(REGISTRY === undefined)(
  "knows the digests of the lab's registry, and catches one that was made up",
  async () => {
    const digest = await access().digestOfTag(`${LAB}/library/${BASE}`);
    const verdictOn = async (image: string) => {
      const build = { bases: [{ named: image, used: image, standIn: false }] };
      return baseDigestKnown.judge(await baseDigests.collect({ build, registry: access() } as never), {} as never);
    };
    expect(await verdictOn(`${BASE}@${digest}`)).toMatchObject({ status: "pass" });
    expect(await verdictOn(`${BASE}@sha256:${"30fe896e".repeat(8)}`)).toMatchObject({ status: "fail" });
  },
);

it.skipIf(REGISTRY === undefined)("pushes an image, reads it back whole and pulls it by its digest", async () => {
  await using engine = await connect();
  await using folder = await buildFolder({ Dockerfile: `FROM ${BASE}\nRUN echo "$RANDOM$$" > /made\n` });
  const { image } = await engine.build(folder.request());
  try {
    const seen = await registryRoundTrip.collect({
      engine,
      image,
      registry: access(),
      evidenceDirectory: "/runs/test/after/evidence",
    } as never);
    expect(pushedAndPulled.judge(seen, {} as never)).toMatchObject({ status: "pass" });
    expect(seen).toMatchObject({ removed: true, pulledId: image.id });
    expect(await access().has(`${seen.repository}@${seen.digest}`)).toMatchObject({ known: "no" });
    expect(await engine.inspect(`${seen.repository}@${seen.digest}`)).toBeUndefined();
  } finally {
    await engine.removeImage(image.tag);
  }
});
