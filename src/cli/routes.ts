import { buildCommand } from "@stricli/core";
import { analyzeRoute } from "./analyze-route.ts";
import { flag, folder, sessionFlags } from "./flags.ts";

/** `pin` always renews. */
const { renewPins: _, ...pinFlags } = sessionFlags;

/** Every command: its flags here, its work in a chunk of its own that is loaded when it is called. */
export const routes = {
  run: buildCommand({
    loader: () => import("./commands/run.ts"),
    parameters: {
      flags: {
        ...sessionFlags,
        structureTest: flag.structureTest,
        reproducible: flag.reproducible,
        json: flag.json,
        fresh: flag.fresh,
        tests: flag.tests,
        keepImages: flag.keepImages,
        repetitions: flag.repetitions,
        pushTo: flag.pushTo,
        failOn: flag.failOn,
      },
      positional: folder,
    },
    docs: { brief: "The whole way: analyse, plan, pin, render, build, verify, report; changes nothing in the folder" },
  }),
  ...analyzeRoute(() => import("./commands/analyze-and-fix.ts")),
  plan: buildCommand({
    loader: () => import("./commands/plan.ts"),
    parameters: { flags: { ...sessionFlags, tests: flag.tests, json: flag.json }, positional: folder },
    docs: { brief: "Decide what the image shall be, each decision with its reason" },
  }),
  pin: buildCommand({
    loader: () => import("./commands/pin.ts"),
    parameters: { flags: { ...pinFlags, json: flag.json }, positional: folder },
    docs: { brief: "Ask the registry for the digests of the plan's base images; writes nothing" },
  }),
  rework: buildCommand({
    loader: () => import("./commands/rework.ts"),
    parameters: { flags: { ...sessionFlags, tests: flag.tests, json: flag.json }, positional: folder },
    docs: { brief: "Plan, pin and render, and show the difference; writes nothing" },
  }),
  build: buildCommand({
    loader: () => import("./commands/build.ts"),
    parameters: { flags: { ...sessionFlags, json: flag.json, repetitions: flag.repetitions }, positional: folder },
    docs: { brief: "Build the image of today and the reworked one, timed" },
  }),
  verify: buildCommand({
    loader: () => import("./commands/verify.ts"),
    parameters: {
      flags: {
        ...sessionFlags,
        structureTest: flag.structureTest,
        reproducible: flag.reproducible,
        json: flag.json,
        run: flag.run,
        image: imageFlag(),
        before: flag.before,
        quick: quickFlag(),
        fresh: flag.fresh,
        pushTo: flag.pushTo,
        failOn: flag.failOn,
      },
      positional: folder,
    },
    docs: {
      brief:
        "Prove the reworked image, today's (--before), any existing one (--image), or judge a run again without an engine (--run)",
    },
  }),
  report: buildCommand({
    loader: () => import("./commands/report.ts"),
    parameters: { flags: { run: flag.run, json: flag.json, failOn: flag.failOn }, positional: folder },
    docs: { brief: "Render the reports of a run again, without an engine" },
  }),
  manifests: buildCommand({
    loader: () => import("./commands/manifests.ts"),
    parameters: {
      flags: { run: flag.run, format: flag.manifest, out: flag.out, image: flag.imageToRun },
      positional: folder,
    },
    docs: { brief: "Write what ECS, Kubernetes and Compose need to run what a run verified" },
  }),
  apply: buildCommand({
    loader: () => import("./commands/apply.ts"),
    parameters: {
      flags: {
        run: flag.run,
        force: force("write although it was not verified, or files were changed since"),
        dryRun: dryRun(),
      },
      positional: folder,
    },
    docs: { brief: "Write what a run verified into the folder, after a backup" },
  }),
  rollback: buildCommand({
    loader: () => import("./commands/rollback.ts"),
    parameters: { flags: { force: force("take it back although files were changed since") }, positional: folder },
    docs: { brief: "Take the last apply, or the last `analyze --fix`, back" },
  }),
  explain: buildCommand({
    loader: () => import("./commands/explain.ts"),
    parameters: {
      flags: { json: flag.json },
      positional: {
        kind: "tuple",
        parameters: [
          { parse: String, brief: "id of a rule, check, decision or refusal, or another tool's id", placeholder: "id" },
        ],
      },
    },
    docs: { brief: "Say what a rule, a check or a decision is about, and why" },
  }),
  doctor: buildCommand({
    loader: () => import("./commands/doctor.ts"),
    parameters: { flags: { engine: flag.engine, ca: flag.ca, json: flag.json } },
    docs: { brief: "Say what of the environment works, and what to mend" },
  }),
  init: buildCommand({
    loader: () => import("./commands/init.ts"),
    parameters: { flags: { print: printFlag(), schema: schemaFlag() }, positional: folder },
    docs: { brief: "Write a seaworthy.yaml with every key explained" },
  }),
};

function imageFlag() {
  return {
    kind: "parsed",
    parse: String,
    brief: "an existing image, instead of building the reworked one",
    placeholder: "name",
    optional: true,
  } as const;
}
function quickFlag() {
  return {
    kind: "boolean",
    brief:
      "only what is asked at every change: it builds, starts, is not root, logs, keeps secrets and layers, refuses a missing variable",
    default: false,
    withNegated: false,
  } as const;
}
function force(brief: string) {
  return { kind: "boolean", brief, default: false, withNegated: false } as const;
}
function dryRun() {
  return {
    kind: "boolean",
    brief: "show the difference only, and whether writing it would be refused",
    default: false,
    withNegated: false,
  } as const;
}
function printFlag() {
  return { kind: "boolean", brief: "print it instead of writing it", default: false, withNegated: false } as const;
}
function schemaFlag() {
  const brief = "write only the JSON Schemas that editors check seaworthy.yaml by, into .seaworthy";
  return { kind: "boolean", brief, default: false, withNegated: false } as const;
}
