import { buildRecord, type BuildRecord } from "../probes/build-record.ts";
import type { Check } from "./check.ts";
import { exampleRecord } from "./support/examples.ts";
import { fail, pass, some, unproven } from "./support/verdicts.ts";

const base = (named: string): BuildRecord => ({ ...exampleRecord, bases: [{ named, used: named, standIn: false }] });

export const basePinned: Check<BuildRecord> = {
  id: "base-pinned",
  severity: "error",
  title: "Every base image is named by its digest",
  why: "A tag moves: the same Dockerfile builds another image tomorrow, and a scan of yesterday's says nothing about it.",
  source: "OCI image specification: descriptors",
  whenItFails: {
    symptom: "The same commit builds another image than last week.",
    cause: "A base is named by a tag, or no registry answered when the digest was asked for.",
    remedy: "Run `seaworthy . --renew-pins` with the registry in reach, then `seaworthy apply`.",
  },
  needs: buildRecord,
  examples: [
    { name: "a digest", data: exampleRecord, status: "pass" },
    { name: "a tag", data: base("python:3.13-slim"), status: "fail" },
    { name: "nothing named", data: { ...exampleRecord, bases: [] }, status: "unproven" },
  ],
  judge({ bases }) {
    const images = bases.filter(({ named }) => named !== "scratch");
    if (images.length === 0) return unproven("The build names no base image that could be looked at.");
    const loose = images.filter(({ named }) => !/@sha256:[0-9a-f]{64}$/.test(named)).map(({ named }) => named);
    if (loose.length > 0) return fail(`Named by a tag only, which can move: ${some(loose)}.`);
    return pass(`Named by digest: ${some(images.map(({ named }) => named.split("@")[0] ?? named))}.`);
  },
};
