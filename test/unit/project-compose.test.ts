import { describe, expect, it } from "vitest";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";

const read = async (files: Readonly<Record<string, string>>) => readService(memoryTree(files));

describe("a Compose override", () => {
  const base = [
    "services:",
    "  dev:",
    "    build: .",
    '    command: sh -c "uv sync && uv run python -m app"',
    "  job: { build: { context: ., dockerfile: job.Dockerfile }, command: uv run job, entrypoint: tini }",
    "",
  ].join("\n");
  const over = 'services:\n  dev:\n    command: ["python", "-m", "app"]\n';
  const written = async (files: Readonly<Record<string, string>>) =>
    (await read(files)).starts.filter(({ source }) => source === "compose").map((start) => start.written);

  it("replaces the command of the file that it is read with", async () => {
    expect(await written({ "compose.yaml": base })).toContain('sh -c "uv sync && uv run python -m app"');
    const replaced = await written({ "compose.yaml": base, "compose.override.yaml": over });
    expect(replaced).not.toContain('sh -c "uv sync && uv run python -m app"');
    expect(replaced).toContain('["python","-m","app"]');
  });

  it("does not reach a file that is read only when it is named, or that lies elsewhere", async () => {
    expect(await written({ "compose.dev.yaml": base, "compose.override.yaml": over })).toContain(
      'sh -c "uv sync && uv run python -m app"',
    );
    expect(await written({ "ops/compose.yaml": base, "compose.override.yaml": over })).toContain(
      'sh -c "uv sync && uv run python -m app"',
    );
  });

  it("is told by the service's name and the Dockerfile it is built from", async () => {
    const { starts: found } = await read({ "ops/compose.yaml": base });
    expect(found.map(({ compose }) => compose)).toEqual(
      expect.arrayContaining([
        { name: "dev", builds: "ops/Dockerfile", entrypoint: false },
        { name: "job", builds: "ops/job.Dockerfile", entrypoint: true },
      ]),
    );
  });
});

it("finds where Compose mounts named volumes, writable and for more than a developer's comfort", async () => {
  const volumes = ["media:/app/media/", "./app:/app", "media:/readonly:ro", "venv:/app/.venv", "/app/anonymous"];
  const long = { type: "volume", source: "files", target: "/data/files" };
  const compose = {
    services: {
      web: { build: ".", volumes: [...volumes, long] },
      db: { image: "postgres:17", volumes: ["pg:/var/lib/postgresql"] },
    },
  };
  const service = await read({ Dockerfile: "FROM python:3.13\n", "compose.yaml": JSON.stringify(compose) });
  expect(service.composeVolumes?.map(({ path }) => path)).toEqual(["/app/media", "/data/files"]);
  expect((await read({ Dockerfile: "FROM python:3.13\n" })).composeVolumes).toBeUndefined();
});

describe("a file that Compose is given by -f", () => {
  const services =
    "services:\n  web:\n    build: .\n    command: gunicorn app:app\n    stop_grace_period: 40s\n  db:\n    image: postgres:17\n";
  const startsOf = async (name: string, text: string) =>
    (await read({ Dockerfile: "FROM python:3.13\n", [name]: text })).starts.map(({ written }) => written);

  it.each(["local.yml", "production.yml", "deploy/staging.yaml"])("is read by what it says: %s", async (name) => {
    expect(await startsOf(name, services)).toEqual(["gunicorn app:app"]);
  });

  it("is read in a moment, whatever stands in it", async () => {
    expect(await startsOf("production.yml", `services:\n${"\n".repeat(900_000)}x: 1\n`)).toEqual([]);
  });

  it("is none where it says something else, or has another name", async () => {
    expect(await startsOf("production.yml", "services:\n  - name: web\n    command: gunicorn app:app\n")).toEqual([]);
    expect(await startsOf("production.yml", `x:\n${services.replaceAll(/^/gm, "  ")}`)).toEqual([]);
    expect(await startsOf("catalogue.yml", services)).toEqual([]);
  });
});
