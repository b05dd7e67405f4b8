import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../../src/kit/exec.ts";
import { analyze } from "../../src/pipeline/analyze.ts";
import { readService } from "../../src/project/read-service.ts";
import { diskTree, memoryTree } from "../../src/project/tree.ts";
import { healthy } from "../../src/rules/queries/example.ts";
import { rules } from "../../src/rules/index.gen.ts";

/** A Compose file at the top of the repository that builds the service in a folder below. */

const COMPOSE = [
  "services:",
  "  api:",
  "    build: ./services/api",
  "    command: uv run uvicorn app.main:app",
  "    stop_grace_period: 25s",
  "    volumes: ['./services/api:/app']",
  "    healthcheck: {test: [CMD, curl, -f, 'http://localhost:8000/health']}",
  "  other:",
  "    build: {context: ., dockerfile: services/other/Dockerfile}",
  "    command: gunicorn other:app",
  "  db: {image: postgres, command: python -m http.server}",
].join("\n");

const inMemory = (compose: string) =>
  memoryTree(healthy, { root: "/repository/services/api", above: { "../../compose.yaml": compose } });

describe("a Compose file above the folder", () => {
  it("says how the service of this folder is started, and of no other", async () => {
    const service = await readService(inMemory(COMPOSE));
    const own = service.starts.filter(({ source }) => source === "compose");
    expect(own.map(({ argv, evidence }) => [argv.join(" "), evidence.file, evidence.line])).toEqual([
      ["uvicorn app.main:app", "../../compose.yaml", 4],
    ]);
    expect(service.outsideProbes.map(({ program }) => program)).toEqual(["curl"]);
    expect(service.gracePeriods.map(({ value }) => value)).toEqual([25]);
    expect(service.composeMounts).toMatchObject([{ from: ".", to: "/app", builds: "Dockerfile" }]);
  });

  it("that builds it by another Dockerfile than the file for development says how that image is started", async () => {
    const built = (dockerfile: string, more: string) =>
      `services:\n  api:\n    build: {context: services/api, dockerfile: ${dockerfile}}\n${more}`;
    const above = {
      "../../compose.yaml": built("Dockerfile.dev", "    command: flask run\n    volumes: ['dev:/app/dev']\n"),
      "../../compose.prod.yaml": built(
        "Dockerfile",
        "    command: gunicorn app.main:app\n    volumes: ['media:/app/media']\n",
      ),
    };
    const service = await readService(memoryTree(healthy, { root: "/repository/services/api", above }));
    const own = service.starts.filter(({ source }) => source === "compose");
    expect(own.map(({ argv }) => argv.join(" "))).toEqual(["gunicorn app.main:app"]);
    expect(service.composeVolumes?.map(({ path }) => path)).toEqual(["/app/media"]);
  });

  it("is told like one of the folder's own, with its path", async () => {
    const compose = COMPOSE.split("\n");
    const said = async (text: readonly string[]) => {
      const { findings } = await analyze(inMemory(text.join("\n")), rules);
      return findings.map(({ rule, where }) => `${rule} ${where?.file}`);
    };
    const unmounted = compose.filter((line) => !line.includes("volumes"));
    expect(await said(unmounted)).toEqual([
      "outside-starter-tool-absent ../../compose.yaml",
      "outside-probe-tool-absent Dockerfile",
    ]);
    const mounted = unmounted.map((line) => (line.includes("uv run") ? "    volumes: ['./services/api:/app']" : line));
    expect(await said(mounted)).toContain("mount-hides-environment ../../compose.yaml");
  });

  it("may build it with the repository as its context", async () => {
    const compose = "services: {api: {build: {context: ., dockerfile: services/api/Dockerfile, target: web}}}\n";
    const { buildTargets } = await readService(inMemory(compose));
    expect(buildTargets).toMatchObject([{ dockerfile: "Dockerfile", stage: "web" }]);
  });

  it("with an error is not this service's fault", async () => {
    expect((await readService(inMemory("services: ["))).problems).toEqual([]);
  });
});

describe("on disk", () => {
  let top = "";
  beforeAll(() => {
    top = mkdtempSync(join(tmpdir(), "seaworthy-above-"));
  });
  afterAll(() => rmSync(top, { recursive: true }));

  const repository = (name: string): string => {
    const folder = join(top, name, "services/api");
    for (const [file, text] of Object.entries(healthy)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    }
    return folder;
  };

  it("is read as far as the repository goes, and never through a link out of it", async () => {
    const folder = repository("inside");
    writeFileSync(join(top, "compose.yaml"), "services: {}\n");
    writeFileSync(join(top, "inside/compose.yaml"), COMPOSE);
    symlinkSync(join(top, "compose.yaml"), join(top, "inside/services/compose.yaml"));
    expect((await diskTree(folder)).above).toEqual(new Map());
    expect(await run("git", ["init", "-q"], { cwd: join(top, "inside") })).toMatchObject({ code: 0 });
    expect([...((await diskTree(folder)).above ?? new Map()).keys()]).toEqual(["../../compose.yaml"]);
  });

  it("is read with those that are laid over it on a server, and with no others", async () => {
    const folder = repository("laid-over");
    const at = (name: string) => join(top, "laid-over", name);
    const production = "services: {api: {command: gunicorn -k uvicorn.workers.UvicornWorker app.main:app}}\n";
    writeFileSync(at("docker-compose.yml"), COMPOSE);
    for (const name of ["prod", "test"]) writeFileSync(at(`docker-compose.${name}.yml`), production);
    await run("git", ["init", "-q"], { cwd: at(".") });
    const tree = await diskTree(folder);
    expect([...(tree.above ?? new Map()).keys()]).toEqual([
      "../../docker-compose.yml",
      "../../docker-compose.prod.yml",
    ]);
    const { starts } = await readService(tree);
    expect(starts.filter(({ source }) => source === "compose").map(({ argv }) => argv[0])).toEqual([
      "uvicorn",
      "gunicorn",
    ]);
  });
});

describe("CI at the top of the repository", () => {
  const workflow = (...steps: readonly string[]) =>
    `jobs:\n  image:\n    strategy: { matrix: { include: [{ stage: web }, { stage: worker }] } }\n    steps:\n${steps.map((step) => `      - ${step}\n`).join("")}`;
  const read = async (...steps: readonly string[]) =>
    readService(
      memoryTree(
        { ...healthy, Dockerfile: "FROM python:3.13 AS web\nFROM web AS worker\nFROM web AS test\n" },
        { root: "/repository/services/api", above: { "../../.github/workflows/image.yml": workflow(...steps) } },
      ),
    );
  const push = (inputs: string) => `{ uses: docker/build-push-action@v6, with: { ${inputs} } }`;

  it("names the stage that ships from this folder", async () => {
    const { target } = await read(push("context: services/api, target: web"));
    expect(target).toMatchObject({ value: "web", evidence: [{ file: "../../.github/workflows/image.yml", line: 5 }] });
    expect((await read(push("context: ., file: services/api/Dockerfile, target: web"))).target?.value).toBe("web");
    expect((await read(push("context: services/other, target: web"))).target).toBeUndefined();
  });

  it("builds each stage that a matrix names, and none of them alone ships", async () => {
    const service = await read(push("context: services/api, target: '${{ matrix.stage }}'"));
    expect(service.buildTargets?.map(({ stage }) => stage)).toEqual(["web", "worker"]);
    expect(service.target).toBeUndefined();
  });

  it("builds by a command, from wherever it works", async () => {
    const stages = async (step: string) => (await read(step)).buildTargets?.map(({ stage }) => stage);
    expect(await stages("{ run: docker build --target worker services/api }")).toEqual(["worker"]);
    expect(await stages("{ working-directory: services, run: docker build --target web -f api/Dockerfile . }")).toEqual(
      ["web"],
    );
    expect(await stages("{ run: docker build --target worker services/other }")).toBeUndefined();
  });

  it("works in this folder, and what it does elsewhere is not told", async () => {
    const starts = async (step: string) =>
      (await read(step)).starts.filter(({ source }) => source === "ci").map(({ written }) => written);
    expect(await starts("{ working-directory: services/api, run: pytest -q }")).toEqual(["pytest -q"]);
    expect(await starts("{ run: pytest -q }")).toEqual([]);
  });
});
