import { counted } from "../kit/text.ts";
import { formatBytes, formatMilliseconds } from "../kit/units.ts";
import { registryRoundTrip, type RoundTrip } from "../probes/registry-round-trip.ts";
import type { Check } from "./check.ts";
import { fail, notApplicable, pass } from "./support/verdicts.ts";

const id = (digit: string): string => `sha256:${digit.repeat(64)}`;
const good: RoundTrip = {
  repository: "registry.example/team/app",
  digest: id("a"),
  pushMs: 4000,
  pushedId: id("c"),
  pulledId: id("c"),
  served: {
    digest: id("a"),
    manifest: id("a"),
    config: id("c"),
    diffIds: [id("1"), id("2")],
    layers: [
      { digest: id("3"), bytes: 30_000_000, diffId: id("1") },
      { digest: id("4"), bytes: 12_000_000, diffId: id("2") },
    ],
  },
  problem: "",
  removed: true,
};
const served = { ...(good.served as NonNullable<RoundTrip["served"]>) };

export const pushedAndPulled: Check<RoundTrip> = {
  id: "pushed-and-pulled",
  severity: "error",
  title: "Pushed to a registry and pulled by its digest, the image is the same",
  why: "What is deployed is what the registry serves, not what was built. A push that converts, a registry that garbles or a tag that moved gives another image.",
  source: "OCI distribution specification: push and pull",
  whenItFails: {
    symptom: "Containers run another image than the one that was tested; or nodes fail to pull with a digest mismatch.",
    cause: "The push converted the image, somebody moved the tag, or the registry or a proxy before it is damaged.",
    remedy: "Push again, deploy by the digest that the push printed, and compare it with `docker inspect`.",
  },
  needs: registryRoundTrip,
  examples: [
    { name: "the same", data: good, status: "pass" },
    { name: "no registry was named", data: { ...good, repository: undefined }, status: "not-applicable" },
    { name: "another image came back", data: { ...good, pulledId: id("d") }, status: "fail" },
    { name: "none came back", data: { ...good, pulledId: undefined }, status: "fail" },
    {
      name: "the registry garbles a layer",
      data: { ...good, served: undefined, problem: `the body of ${id("3")} has the digest ${id("5")}` },
      status: "fail",
    },
    {
      name: "a layer unpacks to something else",
      data: { ...good, served: { ...served, diffIds: [id("1"), id("9")] } },
      status: "fail",
    },
  ],
  judge({ repository, digest, pushMs, pushedId, pulledId, served: found, problem, removed }) {
    if (repository === undefined) return notApplicable("No registry was named to push to: `--push-to REPOSITORY`.");
    const name = `${repository}@${digest}`;
    if (found === undefined) return fail(`${name} cannot be read back whole: ${problem}.`);
    if (pulledId !== pushedId)
      return fail(`Pulled by digest, ${name} is ${pulledId ?? "not there"}; ${pushedId} was pushed.`);
    // The id is the digest of the config, or of the manifest or index, as the engine's store has it.
    if (![found.config, found.manifest, found.digest].includes(pushedId))
      return fail(`The registry serves ${name} with the config ${found.config}; ${pushedId} was pushed.`);
    const wrong = found.layers.filter(({ diffId }, index) => diffId !== undefined && diffId !== found.diffIds[index]);
    if (wrong.length > 0 || found.layers.length !== found.diffIds.length)
      return fail(`The layers of ${name} unpack to something else than its config says.`);
    const bytes = found.layers.reduce((sum, layer) => sum + layer.bytes, 0);
    const left = removed ? "" : " The registry does not let it be removed, so it is still there.";
    return pass(
      `${name} is the image that was pushed: same id, and ${counted(found.layers.length, "layer")} of ${formatBytes(bytes)} with the digests they were asked for by; pushed in ${formatMilliseconds(pushMs)}.${left}`,
      { value: bytes, unit: "bytes", how: "sum of the layers as the registry sends them, packed", samples: [bytes] },
    );
  },
};
