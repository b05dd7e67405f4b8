import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { checks } from "../../src/checks/index.gen.ts";
import { compose } from "../../src/manifests/compose.ts";
import { ecs } from "../../src/manifests/ecs.ts";
import { manifests } from "../../src/manifests/index.gen.ts";
import { kubernetes } from "../../src/manifests/kubernetes.ts";
import type { CheckResult, Report } from "../../src/model/types.ts";
import { manifestsOf, writeManifests } from "../../src/pipeline/manifests-step.ts";
import { sampleReport } from "../golden/sample-report.ts";

const passed = checks.map((check): CheckResult => ({
  id: check.id,
  title: check.title,
  severity: check.severity,
  status: "pass",
  message: "It does.",
  evidence: [],
}));
const health = {
  test: ["CMD", "python", "-m", "healthy"],
  intervalMs: 1000,
  timeoutMs: 90_000,
  startPeriodMs: 0,
  retries: 3,
};
const image = { id: "sha256:1", tag: "t", platform: "linux/arm64", config: { healthcheck: health } };
const proven = {
  ...sampleReport,
  after: { ...sampleReport.after, checks: passed, buildSide: { ...sampleReport.after.buildSide, image } },
} as unknown as Report;
/** The same run, in which one check does not pass. */
const without = (
  id: string,
  change: Partial<CheckResult> = { status: "fail", message: "It wrote to /app." },
): Report => ({
  ...proven,
  after: { ...proven.after, checks: passed.map((one) => (one.id === id ? { ...one, ...change } : one)) },
});
const IMAGE = { image: "registry.example/api@sha256:1" };
const NONE = { image: undefined };
type Tree = any;
const deployment = (report: Report): Tree => parseAllDocuments(kubernetes.render(report, IMAGE).text)[0]?.toJS();
const pod = (report: Report): Tree => deployment(report)["spec"].template.spec;
const task = (report: Report): Tree => JSON.parse(ecs.render(report, IMAGE).text);
const service = (report: Report): Tree => Object.values(parse(compose.render(report, IMAGE).text).services)[0];

it.each(manifests)("$id rests on proven promises alone, and says what is to be filled in", (manifest) => {
  const { text, fillIn, open } = manifest.render(proven, NONE);
  expect(open).toEqual([]);
  expect(fillIn.join("\n")).toContain("IMAGE");
  expect(manifest.render(proven, IMAGE).text).toContain(IMAGE.image);
  // Examples of the proof are no values for production, and a secret has no value here at all.
  const required = proven.contract.env.filter((one) => one.required);
  for (const { name } of required) expect(text).toContain(name);
  for (const { example } of required.filter((one) => one.example.length > 5)) expect(text).not.toContain(example);
});

it("asks over TLS in Kubernetes where the image asks itself so", () => {
  const asking = (...test: readonly string[]): Report => {
    const config = { healthcheck: { ...health, test: ["CMD", ...test] } };
    const buildSide = { ...proven.after.buildSide, image: { ...image, config } };
    return { ...proven, after: { ...proven.after, buildSide } } as unknown as Report;
  };
  const schemeIn = (report: Report) => pod(report).containers[0].livenessProbe.httpGet.scheme;
  expect(schemeIn(asking("curl", "-fk", "https://localhost:8000/health"))).toBe("HTTPS");
  expect(schemeIn(asking("python", "-c", "c = http.client.HTTPSConnection('127.0.0.1', 8000)"))).toBe("HTTPS");
  expect(schemeIn(asking("python", "-c", "c = http.client.HTTPConnection('127.0.0.1', 8000)"))).toBeUndefined();
});

it.each(manifests)("$id does not switch on what fails, and says why", (manifest) => {
  const { text, open } = manifest.render(without("read-only-root"), IMAGE);
  expect(open).toEqual(["read-only-root (fail): It wrote to /app."]);
  expect(text).toMatch(/read_only: false|readOnlyRootFilesystem: false|"readonlyRootFilesystem": false/);
  expect(manifest.render(proven, IMAGE).text).toMatch(
    /read_only: true|readOnlyRootFilesystem: true|"readonlyRootFilesystem": true/,
  );
});

it.each(manifests)("$id keeps a hostile message in one line", (manifest) => {
  const report = without("no-capabilities", { status: "unproven", message: "a\nspec: {}\u001B[31m" });
  const { text, open } = manifest.render(report, IMAGE);
  expect(open).toHaveLength(1);
  expect(text + open.join("")).not.toContain("\u001B");
  expect(text).not.toMatch(/^spec: \{\}/m);
});

describe("Kubernetes", () => {
  it("keeps the restricted standard, and each writable folder has a place", () => {
    const { containers, volumes, securityContext } = pod(proven);
    expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
    expect(containers[0].securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    expect(containers[0].volumeMounts.map(({ name }: Tree) => name)).toEqual(volumes.map(({ name }: Tree) => name));
    expect(pod(without("no-capabilities")).containers[0].securityContext.capabilities).toEqual({});
  });

  it("gives the start as long as it may take, and the stop its wait before", () => {
    const { containers, terminationGracePeriodSeconds: grace } = pod(proven);
    const { startupProbe, lifecycle } = containers[0];
    const { limits, signals } = proven.contract;
    expect(startupProbe.periodSeconds * startupProbe.failureThreshold).toBeGreaterThanOrEqual(limits.startSeconds);
    expect(grace - lifecycle.preStop.sleep.seconds).toBe(signals.graceSeconds);
  });

  it("kills no service for a path that it does not have", () => {
    const [container] = pod({ ...proven, contract: { ...proven.contract, health: undefined } }).containers;
    expect(container.livenessProbe).toBeUndefined();
    expect(container.readinessProbe.tcpSocket).toEqual({ port: "http" });
  });
});

describe("ECS", () => {
  it("keeps what a task definition allows", () => {
    const [container] = task(proven)["containerDefinitions"];
    expect(container.healthCheck).toEqual({
      command: health.test,
      interval: 5,
      timeout: 60,
      startPeriod: 0,
      retries: 3,
    });
    expect(container.linuxParameters).toEqual({ capabilities: { drop: ["ALL"] }, initProcessEnabled: true });
    expect(task(proven)["runtimePlatform"].cpuArchitecture).toBe("ARM64");
    const slow = { ...proven, contract: { ...proven.contract, signals: { stop: "SIGTERM", graceSeconds: 300 } } };
    expect(task(slow)["containerDefinitions"][0].stopTimeout).toBe(120);
    expect(ecs.render(slow, IMAGE).fillIn.join("\n")).toContain("may take 300 s to stop");
  });

  it("gives temporary files the place that Fargate has, and says how the folders are proven", () => {
    const writing = { ...proven, contract: { ...proven.contract, writablePaths: ["/tmp", "/app/data"] } };
    const { volumes, containerDefinitions } = task(writing);
    expect(containerDefinitions[0].environment).toEqual([{ name: "TMPDIR", value: "/dev/shm" }]);
    expect(containerDefinitions[0].mountPoints.map(({ containerPath }: Tree) => containerPath)).not.toContain("/tmp");
    expect(volumes.map(({ name }: Tree) => name)).toContain("app-data");
    expect(ecs.render(writing, IMAGE).open).toEqual([]);
    const nowhere = without("writable-paths-on-fargate", { status: "not-applicable", message: "No task." });
    const unproven = { ...nowhere, contract: writing.contract };
    expect(ecs.render(unproven, IMAGE).open.join("\n")).toContain("To prove the folders to write, commit this file");
    // The image declares it: a volume takes over the mode that everybody may write with.
    const config = { ...image.config, volumes: ["/tmp"] };
    const declaring = {
      ...writing,
      after: { ...writing.after, buildSide: { ...writing.after.buildSide, image: { ...image, config } } },
    } as unknown as Report;
    expect(task(declaring)["containerDefinitions"][0].environment).toBeUndefined();
    expect(task(declaring)["volumes"].map(({ name }: Tree) => name)).toContain("tmp");
  });

  it("puts no init before a service that is not proven under one, and no health check that does not work", () => {
    const of = (id: string) => task(without(id))["containerDefinitions"][0];
    expect(of("stops-under-init").linuxParameters.initProcessEnabled).toBe(false);
    expect(of("healthcheck-healthy").healthCheck).toBeUndefined();
  });
});

it("Compose asks for each variable, so that none is forgotten", () => {
  const { environment, tmpfs, ports, cap_drop: dropped } = service(proven);
  for (const [name, value] of Object.entries(environment)) expect(value).toBe(`\${${name}:?}`);
  expect(tmpfs[0]).toMatch(/^\/\S+:uid=\d+,gid=\d+,mode=0700$/);
  expect(ports).toEqual([{ target: proven.contract.port, published: String(proven.contract.port) }]);
  expect(dropped).toEqual(["ALL"]);
});

it("mounts what the contract names although no request of the proof wrote there, and what else was needed", () => {
  const { writable } = proven.advice ?? {};
  if (writable === undefined) throw new Error("the sample has such advice");
  const report = {
    ...proven,
    advice: { writable: { ...writable, needed: ["/data/cache", "/spool"] } },
    contract: { ...proven.contract, writablePaths: ["/data", "/app/uploads"] },
  };
  const mounted = pod(report).containers[0].volumeMounts.map(({ mountPath }: Tree) => mountPath);
  expect(mounted).toEqual(["/data", "/app/uploads", "/spool"]);
});

it("takes any name of a service and any folders", () => {
  const odd = {
    ...proven,
    service: { ...proven.service, name: `3D ${"x".repeat(60)}` },
    advice: undefined,
    contract: { ...proven.contract, writablePaths: ["/a/b", "/a-b", "/"] },
  };
  const tree = deployment(odd);
  expect(tree.metadata.name).toMatch(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/);
  const names = pod(odd).volumes.map(({ name }: Tree) => name);
  expect(new Set(names).size).toBe(3);
  for (const name of names) expect(name).toMatch(/^[a-z][-a-z0-9]*[a-z0-9]$/);
});

describe("files", () => {
  it("several need a folder, and an unknown platform is refused with the known ones", () => {
    expect(() => manifestsOf(proven, {})).toThrow(/one manifest, and 3 were asked for/);
    expect(() => manifestsOf(proven, { format: ["nomad"] })).toThrow(/no manifest for `nomad`/);
    expect(manifestsOf(proven, { format: ["ecs"] })).toHaveLength(1);
  });

  it("stay as they are where somebody changed them, and nothing is half written", async () => {
    const folder = await mkdtemp(join(tmpdir(), "seaworthy-test-"));
    try {
      const made = manifestsOf(proven, { out: folder });
      expect(await writeManifests(folder, made)).toHaveLength(3);
      expect(await writeManifests(folder, made)).toHaveLength(3);
      const file = join(folder, "kubernetes.yaml");
      await writeFile(file, "# mine\n");
      await rm(join(folder, "compose.production.yaml"));
      await expect(writeManifests(folder, made)).rejects.toMatchObject({ code: "manifests/file-there" });
      expect(await readFile(file, "utf8")).toBe("# mine\n");
      expect(await readdir(folder)).toEqual(["ecs-task-definition.json", "kubernetes.yaml"]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

it.each(manifests)("$id leaves nothing open of a worker for what only a server is asked", (manifest) => {
  const ofServers = new Set(["stop-answers-in-flight", "stops-under-init", "healthcheck-healthy"]);
  const worker = {
    ...proven,
    contract: { ...proven.contract, kind: "worker", health: undefined },
    after: {
      ...proven.after,
      buildSide: { ...proven.after.buildSide, image: { ...image, config: {} } },
      checks: passed.map((one) => (ofServers.has(one.id) ? { ...one, status: "not-applicable" } : one)),
    },
  } as unknown as Report;
  expect(manifest.render(worker, IMAGE).open).toEqual([]);
});

it("opens no port and asks nothing of a worker", () => {
  const worker: Report = { ...proven, contract: { ...proven.contract, kind: "worker", health: undefined } };
  expect(parseAllDocuments(kubernetes.render(worker, IMAGE).text)).toHaveLength(1);
  const [container] = pod(worker).containers;
  for (const key of ["ports", "startupProbe", "readinessProbe", "livenessProbe", "lifecycle"])
    expect(container).not.toHaveProperty(key);
  expect(task(worker).containerDefinitions[0]).not.toHaveProperty("portMappings");
  expect(service(worker)).not.toHaveProperty("ports");
});
