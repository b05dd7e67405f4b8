import { describe, expect, it } from "vitest";
import type { ImageConfig, Service } from "../../../src/model/types.ts";
import { contractOfImage, toldOf } from "../../../src/planner/image-contract.ts";
import { fact, facts } from "./sample.ts";

const bare: ImageConfig = {
  user: "",
  env: [],
  entrypoint: [],
  command: ["serve"],
  workdir: "/",
  exposed: [],
  volumes: [],
  labels: {},
  stopSignal: undefined,
  healthcheck: undefined,
  history: [],
};
const asking = (...test: readonly string[]): Partial<ImageConfig> => ({
  healthcheck: { test, intervalMs: 0, timeoutMs: 0, startPeriodMs: 0, retries: 0 },
});
/** A folder whose files name neither a port nor a route. */
const silent: Partial<Service> = { port: undefined, healthPaths: [], env: [], writes: [], gracePeriods: [] };
const contract = (config: Partial<ImageConfig>, overrides: Record<string, unknown> = {}, service = silent) =>
  contractOfImage(facts(service, overrides), { ...bare, ...config });

describe("the contract of an image that nobody reworked", () => {
  it("is what the image says of itself", () => {
    const seen = contract({
      user: "10001:20",
      exposed: ["9000/tcp", "53/udp"],
      stopSignal: "SIGINT",
      volumes: ["/data"],
    });
    expect(seen).toMatchObject({ ofImage: true, port: 9000, uid: 10_001, gid: 20, health: undefined });
    expect(seen.signals.stop).toBe("SIGINT");
    expect(seen.writablePaths).toEqual(["/tmp", "/data"]);
  });

  it.each([
    ["the lowest that it exposes", { exposed: ["9090/tcp", "8080/tcp"] }, 8080],
    ["the one its HEALTHCHECK asks", asking("CMD-SHELL", "curl -f http://localhost:5000/healthz || exit 1"), 5000],
    ["the usual one of HTTP", asking("CMD", "curl", "http://localhost/up"), 80],
    [
      "the variable that its HEALTHCHECK asks",
      { env: ["APP_PORT=5001"], ...asking("CMD-SHELL", "curl -f http://localhost:$APP_PORT/up") },
      5001,
    ],
    ["what its HEALTHCHECK asks without that", asking("CMD-SHELL", "curl -f http://localhost:${PORT:-5002}/up"), 5002],
    [
      "the usual one where its HEALTHCHECK computes it",
      asking("CMD", "python", "-c", "get('http://localhost:' + port)"),
      8000,
    ],
    ["its variable", { env: ["PORT=7000"] }, 7000],
    ["the usual one", {}, 8000],
    ["the one its server is told", { command: ["uvicorn", "--port", "9100", "a:b"], exposed: ["9090/tcp"] }, 9100],
    [
      "the one told to a shell",
      { command: ["/bin/sh", "-c", "exec gunicorn -b 0.0.0.0:$PORT a:b"], env: ["PORT=81"] },
      81,
    ],
    ["no port of figures where it exposes another", { exposed: ["9090/tcp", "9500/tcp"] }, 9500],
    ["the only one, figures or not", { exposed: ["9090/tcp"] }, 9090],
    [
      "the one its HEALTHCHECK asks of several",
      { exposed: ["80/tcp", "90/tcp"], ...asking("CMD", "curl", "http://localhost:90/") },
      90,
    ],
  ])("finds the port: %s", (_how, config, port) => expect(contract(config).port).toBe(port));

  it("asks the health path that its HEALTHCHECK asks", () => {
    expect(contract(asking("CMD", "wget", "-qO-", "http://127.0.0.1/livez")).health).toEqual({ path: "/livez" });
    expect(contract(asking("CMD-SHELL", "curl -f http://localhost:${PORT:-5002}/up || exit 1")).health).toEqual({
      path: "/up",
    });
    expect(contract(asking("CMD", "python", "healthcheck.py")).health).toBeUndefined();
  });

  it("believes the team before the image, and the code where the image agrees", () => {
    expect(contract({ exposed: ["9000/tcp"] }, { ports: 9001, health: "/up" })).toMatchObject({
      port: 9001,
      health: { path: "/up" },
    });
    const coded: Partial<Service> = { ...silent, port: fact({ number: 8001, variable: undefined }) };
    expect(contract({ exposed: ["8000/tcp", "8001/tcp"] }, {}, coded).port).toBe(8001);
    expect(contract({ exposed: ["8000/tcp"] }, {}, coded).port).toBe(8000);
    expect(contract({}, {}, coded).port).toBe(8001);
  });

  it("gives PORT to an image that names no port, and to no other", () => {
    expect(contract({}).env).toEqual([expect.objectContaining({ name: "PORT", example: "8000", given: true })]);
    expect(contract({ exposed: ["9000/tcp"] }).env).toEqual([]);
  });

  it("gives the port itself to a service that requires PORT", () => {
    const port = { name: "PORT", required: true, secret: false, kind: "number", evidence: [] } as never;
    const requiring: Partial<Service> = { ...silent, env: [port] };
    expect(contract({ exposed: ["9000/tcp"] }, {}, requiring).env).toMatchObject([{ name: "PORT", example: "9000" }]);
    expect(contract({}, {}, requiring).env).toMatchObject([
      { name: "PORT", required: true, example: "8000", given: true },
    ]);
  });

  it("takes no decision that does not exist", () => {
    expect(() => contract({}, { prots: 9000 })).toThrow("no decision `prots`");
  });

  it("is told to a person", () => {
    const config = { ...bare, user: "app", exposed: ["80/tcp"] };
    expect(toldOf(contract(config), { port: 80, by: "expose" }, config)).toContain(
      "port 80, which it exposes; user app; SIGTERM",
    );
    expect(toldOf(contract({}), { port: 8000, by: "nobody" }, bare)).toContain(
      "no port, so it is looked at first; user root",
    );
    const worker = contract({}, { kind: "worker" });
    expect(toldOf(worker, { port: 8000, by: "nobody" }, bare)).toContain("as a worker it serves nobody: user root");
  });

  it("says what it is where nobody asks it on a port, and that nobody knows", () => {
    expect(contract({}).kind).toBe("unknown");
    expect(contract({ exposed: ["9000/tcp"] }).kind).toBeUndefined();
    expect(contract({}, { kind: "server" }).kind).toBeUndefined();
    expect(contract({ exposed: ["9000/tcp"] }, { kind: "worker" })).toMatchObject({ kind: "worker", env: [] });
    expect(contract({}, { kind: "task" })).toMatchObject({ kind: "task", env: [] });
  });
});
