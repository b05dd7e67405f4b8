import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { makePlan } from "../../../src/planner/make-plan.ts";
import { renderContract } from "../../../src/planner/render-contract.ts";
import { renderScript } from "../../../src/planner/render-script.ts";
import { facts } from "./sample.ts";

const OVERRIDES = {
  env: { AWS_ENDPOINT_URL: "http://{aws}" },
  sidecars: [
    { name: "aws", build: "../aws stand-in", port: 5555, health: "/exports" },
    { name: "cache", image: "redis:8", port: 6379, health: "/", env: { MODE: "a b" } },
  ],
};
const known = facts({}, OVERRIDES);
const plan = makePlan(known);
const script = renderScript(plan, known.service);

describe("what the script starts beside the image", () => {
  it("is built or named, started before the image, and named in the examples", () => {
    expect(script).toContain("AWS_ENDPOINT_URL=http://{aws}\n");
    expect(script).toContain(`-t "$run-aws" '../aws stand-in' >/dev/null\nsidecar aws "$run-aws" 5555 /exports\n`);
    expect(script).toContain("sidecar cache redis:8 6379 / -e 'MODE=a b'\n");
    expect(script.indexOf("sidecar aws")).toBeLessThan(script.indexOf('container main "$scratch/env"'));
  });

  it("is removed with the rest", () => {
    expect(script).toContain('beside="$beside $run-aws"');
    expect(script).toContain("docker rmi -f $built $beside");
  });

  it("is nothing where the team names nothing", () => {
    const bare = facts();
    expect(renderScript(makePlan(bare), bare.service)).not.toContain("sidecar");
  });

  it("is said in the contract, so that nobody takes {aws} for an address", () => {
    const contract = renderContract(plan, known.service);
    expect(contract).toContain("`{aws}` stands for the address of what seaworthy starts beside the image");
    expect(renderContract(makePlan(facts()), known.service)).not.toContain("stands for the address");
  });

  it.skipIf(spawnSync("shellcheck", ["--version"]).error !== undefined)("passes shellcheck", () => {
    expect(spawnSync("shellcheck", ["-"], { input: script, encoding: "utf8" }).stdout).toBe("");
  });
});
