/** A requirement of every status, as a judged report holds them. */
import type { RequirementResult } from "../../src/model/types.ts";

export const sampleRequirements: readonly RequirementResult[] = [
  {
    id: "US-1.1",
    text: "The base image is pinned by its digest",
    source: "requirements document, US-1",
    status: "pass",
    message: "Named by digest: python:3.13-slim.",
    before: { status: "fail", message: "Named by a tag only, which can move: python:3.13-slim." },
    evidence: [
      {
        proof: "check base-pinned",
        status: "pass",
        message: "Named by digest: python:3.13-slim.",
        files: ["after/evidence/build-record.json"],
      },
    ],
  },
  {
    id: "SIZE",
    text: "The image is at least 90 % smaller | for <everybody>",
    status: "fail",
    message: "sizeReductionPercent is 82 % (required: at least 90 %).",
    measured: { value: 82, unit: "count", how: "percent", samples: [82] },
    evidence: [
      {
        proof: "figure sizeReductionPercent",
        status: "fail",
        message: "sizeReductionPercent is 82 % (required: at least 90 %).",
        files: [],
      },
    ],
  },
  {
    id: "SCAN",
    text: "The base image is scanned",
    status: "unproven",
    message: "The requirement names no proof.",
    evidence: [],
  },
  {
    id: "ECS",
    text: "The image runs on ECS",
    status: "not-applicable",
    message: "Not provable here: it needs a cluster. Proven up to there: it works on a read-only root.",
    before: { status: "fail", message: "[Errno 30] Read-only file system" },
    evidence: [
      {
        proof: "check read-only-root",
        status: "pass",
        message: "It works on a read-only root.",
        files: ["after/evidence/read-only.json"],
      },
      { proof: "not provable here", status: "not-applicable", message: "It needs a cluster.", files: [] },
    ],
  },
];
