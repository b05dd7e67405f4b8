import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../../src/kit/exec.ts";
import type { Pin, Report } from "../../src/model/types.ts";
import { leftOf, seaworthy } from "./support/cli.ts";
import { changesIn, codesIn, statusesIn, withStatus } from "./support/outcomes.ts";
import { type Fixture, tinyService } from "./support/tiny-service.ts";

/** Each command that needs an engine or a registry, as a process: once where it is content and once where it is not. */

const BASE = "python:3.13-slim";
const NO_REGISTRY = { SEAWORTHY_MIRRORS: "docker.io=127.0.0.1:1,ghcr.io=127.0.0.1:1" };
const NO_ENGINE = { DOCKER_HOST: "unix:///nowhere.sock" };

let service: Fixture;
beforeAll(async () => {
  service = await tinyService();
});
afterAll(() => service[Symbol.asyncDispose]());

describe("doctor", () => {
  it("is content where everything is there", async () => {
    const { code, stdout } = await seaworthy(["doctor"]);
    expect(stdout).toMatch(/^ok .*Node\.js v\d+/m);
    expect(stdout).toMatch(/^ok .*container engine docker \d+/m);
    expect(stdout).not.toContain("MEND");
    expect(code).toBe(0);
  });

  it("says what to mend, and goes on to the next thing", async () => {
    const { code, stdout } = await seaworthy(["doctor", "--ca", "/nowhere.pem"], NO_ENGINE);
    expect(stdout).toMatch(/^MEND {2}No container engine answers\n {6}→ Start Docker or Podman/m);
    expect(stdout).toMatch(/^MEND {2}company CA bundle: .*\/nowhere\.pem/m);
    expect(stdout).toMatch(/^ok .*git version/m);
    expect(code).toBe(1);
  });

  it("gives the same as data", async () => {
    const { code, stdout } = await seaworthy(["doctor", "--json"], NO_ENGINE);
    const results = JSON.parse(stdout) as ReadonlyArray<{ ok: boolean; what: string; hint: string }>;
    expect(results.filter(({ ok }) => !ok)).toEqual([
      { ok: false, what: "No container engine answers", hint: expect.stringContaining("DOCKER_HOST") },
    ]);
    expect(code).toBe(1);
  });
});

describe("pin", () => {
  it("prints each digest with its platform and where it came from, and writes nothing", async () => {
    const { code, stdout } = await seaworthy(["pin", service.folder]);
    expect(stdout).toMatch(/^python:3\.13-slim@sha256:[0-9a-f]{64}\n {4}linux\/\w+, from \S+/m);
    expect(code).toBe(0);
    expect(await changesIn(service)).toBe("");
  });

  it("gives the digest of the registry as data", async () => {
    const { stdout } = await seaworthy(["pin", "--json", service.folder]);
    const pin = (JSON.parse(stdout) as readonly Pin[]).find(({ image }) => image === BASE);
    await run("docker", ["pull", "--quiet", BASE]);
    const { stdout: known } = await run("docker", ["image", "inspect", "-f", "{{.RepoDigests}}", BASE]);
    expect(known).toContain(pin?.digest ?? "no digest");
  });

  it.each([
    ["no registry answers", [], NO_REGISTRY, /python:3\.13-slim: unpinned: no registry answered/],
    ["none is to be asked", ["--offline"], {}, /python:3\.13-slim: unpinned: no registry \(offline\)/],
  ] as const)("invents none when %s, and ends with 1", async (_, flags, env, says) => {
    const { code, stdout, stderr } = await seaworthy(["pin", ...flags, service.folder], env);
    expect(stdout).toMatch(says);
    expect(stdout).not.toContain("sha256:");
    expect(stderr).toBe("");
    expect(code).toBe(1);
  });
});

describe("rework", () => {
  it("shows every file as a difference with the registry's digest, and writes nothing", async () => {
    const { code, stdout } = await seaworthy(["rework", service.folder]);
    expect(stdout).toMatch(/^\+FROM python:3\.13-slim@sha256:[0-9a-f]{64}/m);
    for (const file of ["Dockerfile.prod", "seaworthy.lock", "scripts/verify_production_image.sh"])
      expect(stdout).toContain(`+++ b/${file}`);
    expect(code).toBe(0);
    expect(await changesIn(service)).toBe("");
  });

  it("refuses a service that cannot be reworked", async () => {
    await using fixture = await tinyService({ "pyproject.toml": undefined, "uv.lock": undefined });
    const outcome = await seaworthy(["run", fixture.folder]);
    expect(outcome.stderr).toMatch(/This service is not reworked: .+/);
    expect(codesIn(outcome)).toEqual(["[plan/refused]"]);
    expect(outcome.code).toBe(2);
    const { stdout } = await seaworthy(["rework", "--json", fixture.folder]);
    const { refusals } = JSON.parse(stdout) as Pick<Report, "refusals">;
    expect(refusals.filter(({ blocking }) => blocking === true)).not.toEqual([]);
    expect(await changesIn(fixture)).toBe("");
  });

  it("stops at a file that cannot be read", async () => {
    await using fixture = await tinyService({ "pyproject.toml": '[project]\nname = = "x"\n' });
    const outcome = await seaworthy(["rework", fixture.folder]);
    expect(outcome.stderr).toMatch(/pyproject\.toml:2: /);
    expect(codesIn(outcome)).toHaveLength(1);
    expect(outcome.code).toBe(2);
  });
});

/** Without the bases that carry the machine's CA certificates: whichever run makes them first, they are every run's. */
const imagesOf = async (id: string): Promise<readonly string[]> =>
  (
    await run("docker", ["images", "--filter", `label=seaworthy.run=${id}`, "--format", "{{.Repository}}:{{.Tag}}"])
  ).stdout
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("seaworthy/base:"))
    .toSorted();
const runsIn = async ({ folder }: Fixture): Promise<readonly string[]> =>
  (await readdir(join(folder, ".seaworthy/runs"))).filter((name) => !["newest", "latest"].includes(name)).toSorted();

describe("build", () => {
  it("builds both sides, times five kinds, and leaves both images where later runs do not sweep them", async () => {
    await using fixture = await tinyService();
    const { code, stdout } = await seaworthy(["build", "--repetitions", "1", fixture.folder]);
    const [id = ""] = await runsIn(fixture);
    const tags = [`seaworthy/tiny:${id}-after`, `seaworthy/tiny:${id}-before`];
    try {
      for (const tag of tags) expect(stdout).toContain(tag);
      for (const kind of ["cold", "warm", "source-edit", "lock-edit", "touch"])
        expect(stdout.match(new RegExp(`^ +${kind} .* of \\d+ steps cached$`, "gm"))).toHaveLength(2);
      expect(code).toBe(0);
      expect(await imagesOf(id)).toEqual(tags);
      // Another run, in another folder, sweeps first; it ends where it finds no such image.
      await seaworthy(["verify", "--image", "seaworthy/nowhere:1", service.folder]);
      expect(await imagesOf(id)).toEqual(tags);
      expect(await leftOf(fixture.folder)).toEqual([]);
      expect(await changesIn(fixture)).toBe("");
    } finally {
      await run("docker", ["rmi", ...tags]);
    }
  });

  it("says which side does not build and at which step, and ends with 1", async () => {
    await using fixture = await tinyService({ Dockerfile: `FROM ${BASE}\nRUN echo one last word && exit 7\n` });
    const { code, stdout } = await seaworthy(["build", "--repetitions", "1", fixture.folder]);
    expect(stdout).toMatch(/^today's image: does not build: .*exit 7/m);
    expect(stdout).toMatch(/^the reworked image: seaworthy\/tiny:/m);
    expect(code).toBe(1);
    const [id = ""] = await runsIn(fixture);
    await run("docker", ["rmi", ...(await imagesOf(id))]);
    expect(await leftOf(fixture.folder)).toEqual([]);
  });
});

describe("verify", () => {
  /** What only a build from a folder can show. */
  const needsBuild = ["base-pinned", "builds", "cold-build-time", "warm-build-time", "dependency-layer-cached"];

  it("DIR fails what was applied and then broken", async () => {
    await using fixture = await tinyService({
      "Dockerfile.prod": `FROM ${BASE}\nWORKDIR /app\nCOPY . .\nCMD ["python", "-m", "tiny.server"]\n`,
    });
    const { code, stdout } = await seaworthy(["verify", "--quick", fixture.folder]);
    expect(stdout).toMatch(/^FAIL {6}No process runs as root \(error\) \[non-root\]\n {12}\S/m);
    expect(stdout).toMatch(/^pass {6}The service starts and its health path answers/m);
    expect(code).toBe(1);
    expect(await leftOf(fixture.folder)).toEqual([]);
  });

  /** Builds an image that is the user's own. */
  async function usersImage(dockerfile: string): Promise<AsyncDisposable & { readonly tag: string }> {
    const folder = await mkdtemp(join(tmpdir(), "seaworthy-test-"));
    const tag = `users-own/verify-${process.pid}:${Math.random().toString(16).slice(2)}`;
    await writeFile(join(folder, "Dockerfile"), dockerfile);
    const server = await readFile(join(service.folder, "tiny/server.py"));
    await writeFile(join(folder, "server.py"), server);
    expect(await run("docker", ["build", "--quiet", "--tag", tag, folder])).toMatchObject({ code: 0 });
    await rm(folder, { recursive: true });
    return { tag, [Symbol.asyncDispose]: async () => void (await run("docker", ["rmi", tag])) };
  }
  const HEALTHY = `FROM ${BASE}\nWORKDIR /app\nCOPY server.py .\nUSER 1001:1001\nCMD ["python", "server.py"]\n`;

  it("--image proves an image of the user's, which stays", async () => {
    await using image = await usersImage(HEALTHY);
    const outcome = await seaworthy(["verify", "--image", image.tag, "--json", service.folder]);
    expect(withStatus(outcome, "pass")).toEqual(
      expect.arrayContaining(["non-root", "numeric-user", "becomes-healthy", "required-env", "stops-when-idle"]),
    );
    for (const id of needsBuild) expect(statusesIn(outcome).get(id)).toBe("not-applicable");
    expect(outcome.code).toBe(1);
    expect(await leftOf(service.folder)).toEqual([]);
    expect(await run("docker", ["image", "inspect", image.tag])).toMatchObject({ code: 0 });
    expect(await changesIn(service)).toBe("");
  });

  it("--image fails an image that runs as root and does not start without a name for what is missing", async () => {
    const fault = HEALTHY.replace("USER 1001:1001\n", "").concat("ENV TINY_GREETING=always\n");
    await using image = await usersImage(fault);
    const { code, stdout } = await seaworthy(["verify", "--quick", "--image", image.tag, service.folder]);
    expect(stdout).toMatch(/^FAIL {6}No process runs as root/m);
    expect(stdout).toMatch(/^FAIL {6}Without a required variable the service exits and names it/m);
    expect(code).toBe(1);
  });

  it("--image needs no service in the folder: then the image's own configuration is what it has to keep", async () => {
    const exposing = HEALTHY.replace("USER", "ENV TINY_GREETING=hello\nEXPOSE 8000\nUSER");
    await using image = await usersImage(exposing.replace("1001:1001", "10001"));
    const nowhere = await mkdtemp(join(tmpdir(), "seaworthy-test-"));
    const outcome = await seaworthy(["verify", "--image", image.tag, "--json", nowhere]);
    await rm(nowhere, { recursive: true });
    expect(outcome.stderr).toContain("port 8000, which it exposes; user 10001; SIGTERM");
    expect(withStatus(outcome, "pass")).toEqual(expect.arrayContaining(["becomes-healthy", "non-root", "start-time"]));
    expect(withStatus(outcome, "fail")).toEqual(expect.arrayContaining(["labelled", "healthcheck-healthy"]));
    const apart = [...needsBuild, "configuration-as-contract", "size", "build-values-absent"];
    expect(withStatus(outcome, "not-applicable")).toEqual(expect.arrayContaining(apart));
    expect(outcome.code).toBe(1);
  });

  it("--image judges an image by a script in the folder only where it holds that script", async () => {
    await using image = await usersImage(HEALTHY.replace("USER", "ENV TINY_GREETING=hello\nEXPOSE 8000\nUSER"));
    const verify = async (source: string) => {
      const folder = await mkdtemp(join(tmpdir(), "seaworthy-test-"));
      await writeFile(join(folder, "server.py"), source);
      const outcome = await seaworthy(["verify", "--image", image.tag, "--quick", "--json", folder]);
      await rm(folder, { recursive: true });
      expect(withStatus(outcome, "pass")).toContain("becomes-healthy");
      return outcome.stderr;
    };
    const stray =
      'from flask import Flask\napp = Flask(__name__)\napp.get("/elsewhere")(lambda: "")\napp.run(port=9)\n';
    expect(await verify(stray)).toContain("is judged by itself");
    expect(await verify(await readFile(join(service.folder, "tiny/server.py"), "utf8"))).not.toContain("by itself");
  });

  it("--before proves what the Dockerfile of today gives", async () => {
    await using fixture = await tinyService({
      Dockerfile: `FROM ${BASE}\nWORKDIR /srv\nCOPY . .\nEXPOSE 8000\nENV TINY_GREETING=hello\nCMD python -m tiny.server\n`,
    });
    const outcome = await seaworthy(["verify", "--before", "--json", fixture.folder]);
    expect(withStatus(outcome, "pass")).toEqual(
      expect.arrayContaining(["builds", "becomes-healthy", "warm-build-time"]),
    );
    expect(withStatus(outcome, "fail")).toEqual(expect.arrayContaining(["non-root", "base-pinned"]));
    expect(statusesIn(outcome).get("configuration-as-contract")).toBe("not-applicable");
    expect(await leftOf(fixture.folder)).toEqual([]);
    expect(await changesIn(fixture)).toBe("");
  });

  it("--image says that there is no such image", async () => {
    const outcome = await seaworthy(["verify", "--image", "127.0.0.1:1/nobody/nowhere:1", service.folder]);
    expect(outcome.stderr).toMatch(/nobody\/nowhere:1/);
    expect(codesIn(outcome)).toHaveLength(1);
    expect(outcome.stderr).not.toMatch(/\n\s+at |bug in seaworthy/);
    expect(outcome.code).toBe(2);
  });

  it.each([["build"], ["verify"], ["run"]])("%s without an engine says so, and ends with 2", async (command) => {
    const outcome = await seaworthy([command, service.folder], NO_ENGINE);
    expect(outcome.stderr).toMatch(/No container engine answers/);
    expect(codesIn(outcome)).toEqual(["[engine/not-found]"]);
    expect(outcome.code).toBe(2);
  });
});
