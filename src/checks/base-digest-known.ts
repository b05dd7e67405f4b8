import { baseDigests, type BaseDigests } from "../probes/base-digests.ts";
import type { Check } from "./check.ts";
import { fail, notApplicable, pass, some, unproven } from "./support/verdicts.ts";

const image = `python:3.13-slim@sha256:${"0".repeat(64)}`;
const base = (known: "yes" | "no" | "unknown", said: string): BaseDigests => ({
  asked: true,
  bases: [{ image, known, said }],
});

export const baseDigestKnown: Check<BaseDigests> = {
  id: "base-digest-known",
  severity: "error",
  title: "The registry has every digest by which a base is named",
  why: "A digest can be well formed and nobody's: made up, copied from another image, or removed since. The build then works only where a cache still has it, or nowhere.",
  source: "OCI distribution specification: pulling manifests",
  whenItFails: {
    symptom: "The build fails with `not found` on another machine, and works where the base is cached.",
    cause: "The digest was written by hand or by a program that did not ask the registry, or the image was removed.",
    remedy: "Take the digest from the registry: `seaworthy . --renew-pins`, then `seaworthy apply`.",
  },
  needs: baseDigests,
  examples: [
    { name: "it has it", data: base("yes", "registry-1.docker.io"), status: "pass" },
    { name: "invented", data: base("no", "registry-1.docker.io: 404, no such image"), status: "fail" },
    { name: "nobody answers", data: base("unknown", "registry-1.docker.io: no connection"), status: "unproven" },
    { name: "offline", data: { asked: false, bases: [] }, status: "not-applicable" },
    { name: "tags only", data: { asked: true, bases: [] }, status: "not-applicable" },
  ],
  judge({ asked, bases }) {
    if (!asked) return notApplicable("No registry was asked.");
    if (bases.length === 0) return notApplicable("No base is named by a digest.");
    const told = (known: string) =>
      bases.filter((one) => one.known === known).map(({ image: name, said }) => `${name} (${said})`);
    const [missing, open] = [told("no"), told("unknown")];
    if (missing.length > 0) return fail(`No registry has ${some(missing)}.`);
    if (open.length > 0) return unproven(`Nobody could be asked for ${some(open)}.`);
    return pass(`${some(bases.map(({ image: name, said }) => `${said} has ${name.split("@")[0]} by its digest`))}.`);
  },
};
