import { describe, expect, it } from "vitest";
import { othersNote, othersOf } from "../../src/pipeline/others.ts";
import { dockerfilesOf } from "../../src/project/dockerfiles.ts";
import { otherDockerfiles } from "../../src/project/other-dockerfiles.ts";
import { memoryTree } from "../../src/project/tree.ts";

/** Dockerfiles that an analysis leaves unjudged: those that make a service of their own, and no others. */

const python = 'FROM python:3.13-slim\nCMD ["python", "-m", "app"]\n';
const others = (files: Readonly<Record<string, string>>, above?: Readonly<Record<string, string>>) =>
  otherDockerfiles(memoryTree(files, above === undefined ? {} : { root: "/repository/service", above }));

describe("the Dockerfile that is judged", () => {
  const node = "FROM node:22 AS build\nRUN npm ci\nFROM nginx:1.27\nCOPY --from=build /dist /srv\n";
  const first = (files: Readonly<Record<string, string>>, wanted?: string) =>
    dockerfilesOf(memoryTree(files), wanted)[0];

  it("is the one of Python, where the first plainly makes something else", () => {
    expect(first({ Dockerfile: node, "Dockerfile.api": python })).toBe("Dockerfile.api");
    expect(first({ "docker/admin/Dockerfile": node, "docker/api/Dockerfile": python })).toBe("docker/api/Dockerfile");
  });

  it("stays the first where it may be of Python, where the other is to develop in, or where the team names it", () => {
    expect(first({ Dockerfile: "FROM registry.example/base:1\n", "Dockerfile.api": python })).toBe("Dockerfile");
    expect(first({ Dockerfile: "FROM node:22\nRUN pip install x\n", "Dockerfile.api": python })).toBe("Dockerfile");
    expect(first({ Dockerfile: node, "Dockerfile.dev": python })).toBe("Dockerfile");
    expect(first({ Dockerfile: node, "Dockerfile.api": python }, "Dockerfile")).toBe("Dockerfile");
    expect(first({ Dockerfile: node, "web/Dockerfile": node })).toBe("Dockerfile");
  });
});

describe("other Dockerfiles", () => {
  it("are those of the other services, in folders of their own or side by side", async () => {
    expect(await others({ "services/api/Dockerfile": python, "services/worker/Dockerfile": python })).toEqual([
      "services/worker/Dockerfile",
    ]);
    expect(await others({ "Dockerfile.api": python, "Dockerfile.worker": python })).toEqual(["Dockerfile.worker"]);
    expect(await others({ Dockerfile: python, "jobs/export.Dockerfile": python })).toEqual(["jobs/export.Dockerfile"]);
    expect(await others({ Dockerfile: python })).toEqual([]);
  });

  it.each([
    ["a base of its own with packages", "FROM debian:12\nRUN apt-get update && pip3 install flask\n"],
    ["a server as its command", 'FROM registry.example/base:1\nENTRYPOINT ["/venv/bin/gunicorn", "a:b"]\n'],
    ["a stage that is built on Python", "FROM python:3.13 AS base\nFROM base\nCOPY . .\n"],
    ["AWS's image of Python", "FROM public.ecr.aws/lambda/python:3.13\nCOPY . .\n"],
  ])("are told by %s", async (_, text) => {
    expect(await others({ Dockerfile: python, "worker/Dockerfile": text })).toEqual(["worker/Dockerfile"]);
  });

  it.each([
    ".devcontainer/Dockerfile",
    "Dockerfile.dev",
    "Dockerfile.test",
    "dev.Dockerfile",
    "tests/Dockerfile",
    "api-tests/Dockerfile",
    "examples/flask/Dockerfile",
    "docs/Dockerfile",
    "deploy/Dockerfile.j2",
    "Dockerfile.before",
    "{{cookiecutter.name}}/Dockerfile",
    "vendor/lib/Dockerfile",
    "frontend/Dockerfile",
  ])("are not %s, which nobody ships as a service", async (file) => {
    expect(await others({ Dockerfile: python, [file]: python })).toEqual([]);
  });

  it.each([
    ["node alone", 'FROM node:22\nRUN npm ci\nCMD ["node", "server.js"]\n'],
    ["nginx alone", "FROM nginx:1.27\nCOPY nginx.conf /etc/nginx/\n"],
    [
      "pages that Python made",
      "FROM python:3.13 AS docs\nRUN pip install mkdocs\nFROM nginx:1.27\nCOPY --from=docs /s /s\n",
    ],
    ["nothing that parses", "not a Dockerfile\n"],
    ["what seaworthy wrote", `# Production image of x, written by\n# seaworthy from what the files say.\n${python}`],
  ])("are not %s", async (_, text) => {
    expect(await others({ Dockerfile: python, "web/Dockerfile": text })).toEqual([]);
  });

  it("are those that Compose builds, where it builds the first one", async () => {
    const files = { "api/Dockerfile": python, "spike/Dockerfile": python, "worker/Dockerfile": python };
    const compose =
      "services:\n  api: { build: api }\n  worker: { build: { context: ., dockerfile: worker/Dockerfile } }\n";
    expect(await others(files)).toEqual(["spike/Dockerfile", "worker/Dockerfile"]);
    expect(await others({ ...files, "compose.yaml": compose })).toEqual(["worker/Dockerfile"]);
    // It says nothing about the first, so nothing about which of them are services either.
    const only = "services:\n  worker: { build: worker }\n";
    expect(await others({ ...files, "compose.yaml": only })).toEqual(["spike/Dockerfile", "worker/Dockerfile"]);
    const broken = "services: [\n";
    expect(await others({ ...files, "compose.yaml": broken })).toEqual(["spike/Dockerfile", "worker/Dockerfile"]);
  });

  it("are asked of Compose files above the folder, too", async () => {
    const files = { Dockerfile: python, "Dockerfile.spike": python, "Dockerfile.worker": python };
    const compose =
      "services:\n  api: { build: service }\n  worker: { build: { context: service, dockerfile: Dockerfile.worker } }\n";
    expect(await others(files, { "../compose.yaml": compose })).toEqual(["Dockerfile.worker"]);
  });
});

describe("a run that leaves a Dockerfile out", () => {
  const tree = memoryTree({ "Dockerfile.api": python, "Dockerfile.worker": python });

  it("says so in its report", async () => {
    expect(await othersNote({ tree, config: { dockerfile: undefined } })).toEqual([
      "No part of this run, as each makes an image of its own: Dockerfile.worker.",
    ]);
  });

  it("says nothing where somebody chose the Dockerfile", async () => {
    const config = { dockerfile: "Dockerfile.api" };
    expect(await othersOf({ tree, config })).toEqual([]);
    expect(await othersNote({ tree, config })).toEqual([]);
  });
});
