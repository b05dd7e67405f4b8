import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { makePlan } from "../../../src/planner/make-plan.ts";
import { renderContract } from "../../../src/planner/render-contract.ts";
import { renderScript } from "../../../src/planner/render-script.ts";
import type { ScriptBeside } from "../../../src/planner/script-sidecars.ts";
import { facts } from "./sample.ts";

const OVERRIDES = {
  env: { AWS_ENDPOINT_URL: "http://{aws}" },
  sidecars: [{ name: "aws", build: "../aws stand-in", port: 5555, health: "/exports" }],
};
const known = facts({}, OVERRIDES);
const plan = makePlan(known);
const nothing = { env: {}, volumes: [], tmpfs: [], where: "compose.yaml:1" };
const beside: ScriptBeside = {
  steps: [
    {
      kind: "sidecar",
      sidecar: {
        ...nothing,
        name: "aws",
        build: { context: "../aws stand-in", dockerfile: "../aws stand-in/Dockerfile" },
        ready: [{ kind: "http", port: 5555, path: "/exports" }],
      },
    },
    {
      kind: "sidecar",
      sidecar: {
        ...nothing,
        name: "db",
        image: "postgres:17",
        env: { POSTGRES_PASSWORD: "it's" },
        user: "999",
        volumes: ["/var/lib/data"],
        tmpfs: ["/run"],
        command: ["postgres", "-c", "a b=1"],
        ready: [
          { kind: "healthcheck", test: ["CMD", "pg_isready", "-d", "a b"], timeoutMs: 3000 },
          { kind: "command", argv: ["pg_isready", "-h", "127.0.0.1"] },
        ],
      },
    },
    {
      kind: "sidecar",
      sidecar: { ...nothing, name: "cache", image: "redis:8", ready: [{ kind: "port", port: 6379 }] },
    },
    {
      kind: "sidecar",
      sidecar: {
        ...nothing,
        name: "bucket",
        image: "mc",
        entrypoint: ["sh", "-c", "mc mb local/x"],
        ready: [{ kind: "ends" }],
      },
    },
    { kind: "task", role: "migrate" },
  ],
  roles: [
    {
      name: "migrate",
      kind: "task",
      where: "compose.yaml:9",
      commands: [{ command: ["alembic", "upgrade", "head"] }],
      certain: true,
      env: { MODE: "small" },
      withinSeconds: 120,
      graceSeconds: 10,
    },
  ],
  env: plan.contract.env.map((one) => ({ ...one, example: one.example.replace("{aws}", "aws:5555") })),
  notStarted: ["mail (mailpit)"],
};
const script = renderScript(plan, known.service, beside);

describe("what the script starts beside the image", () => {
  it("is built or named, ready before the image, and named in the examples", () => {
    expect(script).toContain("AWS_ENDPOINT_URL=http://aws:5555\n");
    expect(script).toContain(`-f '../aws stand-in/Dockerfile' -t "$run-aws" '../aws stand-in' >/dev/null\n`);
    expect(script).toContain(`sidecar aws -p 127.0.0.1::5555 "$run-aws"\nready aws answer 5555 /exports\n`);
    expect(script).toContain(
      [
        `sidecar db --user 999 -e 'POSTGRES_PASSWORD=it'\\''s' -v /var/lib/data --tmpfs /run`,
        `--health-cmd 'pg_isready -d '\\''a b'\\''' --health-interval 1s --health-retries 1000`,
        "postgres:17 postgres -c 'a b=1'\nready db health\nready db command pg_isready -h 127.0.0.1\n",
      ].join(" "),
    );
    expect(script).toContain("sidecar cache -p 127.0.0.1::6379 redis:8\nready cache port 6379\n");
    expect(script).toContain("sidecar bucket --entrypoint sh mc -c 'mc mb local/x'\nready bucket end\n");
    const parts = ["sidecar aws", "sidecar bucket", "docker build ${BUILD_FLAGS:-} --progress", "container main"];
    const places = parts.map((part) => script.indexOf(part));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it("is followed by the tasks that the service waits for, as the image is started", () => {
    expect(script).toContain(
      `if start --rm --env-file "$scratch/env" -e MODE=small "$image" alembic upgrade head >"$scratch/task.log" 2>&1; then\n`,
    );
  });

  it("is removed with the rest", () => {
    expect(script).toContain('beside="$beside $run-aws"');
    expect(script).toContain("docker rmi -f $built $beside");
    expect(script).toContain('docker network create --label "$label" "$run"');
    expect(script).toContain("docker network rm");
  });

  it("is nothing where nobody asks for it, and what the service names is then unproven", () => {
    const bare = { ...beside, steps: [], roles: [] };
    const told = renderScript(plan, known.service, bare);
    expect(told).not.toContain("sidecar");
    expect(told).toContain("unproven 'what it does with mail (mailpit) (nothing is started beside it)'\n");
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
