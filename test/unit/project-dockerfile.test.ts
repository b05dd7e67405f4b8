import { describe, expect, it } from "vitest";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";

const read = async (files: Readonly<Record<string, string>>) => readService(memoryTree(files));

describe("the Dockerfile", () => {
  it("joins ENTRYPOINT and CMD and looks into the script", async () => {
    const dockerfile =
      'FROM python:3.13 AS base\nENV PORT=8080\nFROM base\nENTRYPOINT ["/entrypoint.sh"]\nCMD ["gunicorn", "a:b", "--bind", "0.0.0.0:$PORT"]\n';
    const service = await read({
      Dockerfile: dockerfile,
      "docker/entrypoint.sh": '#!/bin/sh\nset -e\nalembic upgrade head\nexec "$@"\n',
    });
    expect(service.starts[0]).toMatchObject({
      argv: ["gunicorn", "a:b", "--bind", "0.0.0.0:$PORT"],
      wrappers: ["/entrypoint.sh"],
      form: "exec",
    });
    expect(service.port?.value).toEqual({ number: 8080, variable: "PORT" });
    const own = await read({
      Dockerfile: 'FROM x\nCMD ["./start.sh"]\n',
      "start.sh": "#!/bin/sh\nalembic upgrade head\nuvicorn a:b --port 7000\n",
    });
    expect(own.starts[0]).toMatchObject({ argv: ["uvicorn", "a:b", "--port", "7000"], server: "uvicorn" });
    expect(own.port?.value).toEqual({ number: 7000 });
  });

  it("keeps shell form and its default port", async () => {
    const service = await read({ Dockerfile: "FROM x\nEXPOSE 9999\nCMD uvicorn a:b --port ${PORT:-8001}\n" });
    expect(service.starts[0]).toMatchObject({ form: "shell", wrappers: ["sh -c"], server: "uvicorn" });
    expect(service.port?.value).toEqual({ number: 8001, variable: "PORT" });
  });

  it.each([
    ["${PORT:-${WEB_PORT:-8080}}", ""],
    ['${PORT:-"${WEB_PORT:-8080}"}', ""],
    ["${PORT:-${WEB_PORT}}", "ENV WEB_PORT=8080\n"],
    ["${PORT:-${WEB_PORT:-1}}", "ENV PORT=8080\n"],
  ])("knows the port of %s%s", async (written, env) => {
    const service = await read({ Dockerfile: `FROM x\n${env}CMD uvicorn a:b --port ${written}\n` });
    expect(service.port?.value).toEqual({ number: 8080, variable: "PORT" });
  });

  it("takes no port of SSH for the service's", async () => {
    const { port } = await read({ Dockerfile: "FROM x\nEXPOSE 22\nEXPOSE 5000\nCMD python -m app\n" });
    expect(port?.value).toEqual({ number: 5000 });
  });

  it("gives a shell-form entry point the command as its parameters", async () => {
    const service = await read({
      Dockerfile: 'FROM x\nENTRYPOINT /entry.sh $0 $@\nCMD ["gunicorn", "--config", "a b.py", "shop:app"]\n',
      "entry.sh": 'exec "$@"\n',
    });
    expect(service.starts[0]).toMatchObject({
      argv: ["gunicorn", "--config", "a b.py", "shop:app"],
      server: "gunicorn",
      form: "shell",
    });
    const version = await read({ Dockerfile: 'FROM x\nENTRYPOINT ["flower"]\nCMD ["--version"]\n' });
    expect(version.starts).toEqual([]);
    const deaf = await read({ Dockerfile: 'FROM x\nENTRYPOINT uvicorn shop:app\nCMD ["--reload"]\n' });
    expect(deaf.starts[0]?.argv).toEqual(["uvicorn", "shop:app"]);
  });

  it("takes no command from a Dockerfile of another folder", async () => {
    const service = await read({
      Dockerfile: "FROM x\nCMD uvicorn shop:app\n",
      "Dockerfile.dev": "FROM x\nCMD uvicorn shop:app --reload\n",
      "batch/Dockerfile": "FROM x\nCMD python main.py\n",
    });
    expect(service.starts.map(({ evidence }) => evidence.file)).toEqual(["Dockerfile", "Dockerfile.dev"]);
  });

  it("reads nothing from an empty file or none", async () => {
    expect((await read({ Dockerfile: "" })).starts).toEqual([]);
    expect((await read({})).dockerfiles).toEqual([]);
  });

  it("puts the one asked for first", async () => {
    const tree = memoryTree({
      Dockerfile: "FROM a\n",
      "Dockerfile.prod": "FROM b\n",
      "Dockerfile.prod.dockerignore": "x\n",
      ".dockerignore": "y\n",
    });
    expect((await readService(tree)).dockerfiles).toEqual(["Dockerfile", "Dockerfile.prod"]);
    const chosen = await readService(tree, { dockerfile: "Dockerfile.prod" });
    expect(chosen.dockerfiles[0]).toBe("Dockerfile.prod");
    expect(chosen.dockerignore).toBe("Dockerfile.prod.dockerignore");
  });

  it("takes what ships before what others are built from", async () => {
    const files = ["image/builder.dockerfile", "image/dist.dockerfile", "image/Dockerfile.dev"];
    const { dockerfiles } = await read(Object.fromEntries(files.map((file) => [file, "FROM python:3.13\n"])));
    expect(dockerfiles[0]).toBe("image/dist.dockerfile");
  });

  it("takes a Dockerfile to develop with, of an example or of a second program last", async () => {
    const files = [".devcontainer/Dockerfile", "docs/Dockerfile", "shop-frontend/Dockerfile", "build/image/Dockerfile"];
    const { dockerfiles } = await read(Object.fromEntries(files.map((file) => [file, "FROM python:3.13\n"])));
    expect(dockerfiles[0]).toBe("build/image/Dockerfile");
    expect(dockerfiles).toHaveLength(4);
  });
});
