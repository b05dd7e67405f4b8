import { describe, expect, it } from "vitest";
import { holdsSourceOf, isProjectHere } from "../../src/pipeline/project-here.ts";
import { memoryTree } from "../../src/project/tree.ts";
import { sample } from "./planner/sample.ts";

const of = (repository: boolean, ...files: readonly string[]) =>
  isProjectHere({ git: { ...sample.git, repository }, files });

describe("a folder is a service's", () => {
  it("not by files that lie below it by chance", () => {
    expect(of(false, "notes.txt", "clones/shop/app.py", "clones/shop/pyproject.toml")).toBe(false);
    expect(of(false)).toBe(false);
  });

  it.each(["pyproject.toml", "requirements-prod.txt", "Dockerfile", "web.Dockerfile", "seaworthy.yaml"])(
    "by %s",
    (file) => expect(of(false, file, "shop/views.py")).toBe(true),
  );

  it("not by a stray script, in a repository neither", () => {
    expect(of(false, "app.py")).toBe(false);
    expect(of(true, "tools/app.py")).toBe(false);
  });

  it("by a manifest anywhere in a repository", () => expect(of(true, "backend/pyproject.toml")).toBe(true));
});

describe("without a manifest, an image is a folder's", () => {
  const SERVER = "print('server')\n";
  const holds = (
    here: Readonly<Record<string, string>>,
    image: Readonly<Record<string, string>>,
    config: { readonly command?: readonly string[]; readonly env?: readonly string[] } = {},
  ) => {
    const rest = { user: "", entrypoint: [], exposed: [], volumes: [], labels: {}, history: [] };
    const none = { stopSignal: undefined, healthcheck: undefined };
    return holdsSourceOf(
      memoryTree(here),
      { config: { workdir: "/app", env: [], command: [], ...rest, ...none, ...config } },
      (path) => Promise.resolve(image[path] === undefined ? undefined : Buffer.from(image[path])),
    );
  };

  it.each([
    ["in its working folder", { "server.py": SERVER }, { "/app/server.py": SERVER }, {}],
    ["from a folder below", { "backend/shop/server.py": SERVER }, { "/app/shop/server.py": SERVER }, {}],
    [
      "where its command looks",
      { "server.py": SERVER },
      { "/srv/server.py": SERVER },
      { command: ["sh", "-c", "exec python /srv/server.py"] },
    ],
    [
      "where its server is told to look",
      { "server.py": SERVER },
      { "/srv/server.py": SERVER },
      { command: ["gunicorn", "--chdir", "/srv", "server:app"] },
    ],
    [
      "at the top of the image",
      { "server.py": SERVER },
      { "/server.py": SERVER },
      { command: ["python", "/server.py"] },
    ],
    [
      "where PYTHONPATH looks",
      { "server.py": SERVER },
      { "/lib/a/server.py": SERVER },
      { env: ["PYTHONPATH=/x:/lib/a"] },
    ],
  ])("when it holds a file of it %s", async (_, here, image, config) => {
    expect(await holds(here, image, config)).toBe(true);
  });

  it.each([
    ["another file", { "stray.py": "x = 1\n" }, { "/app/server.py": SERVER }],
    ["another file of the same name", { "server.py": "x = 1\n" }, { "/app/server.py": SERVER }],
    [
      "nothing but empty files of the same name",
      { "server.py": "\n", "app/__init__.py": SERVER },
      { "/app/server.py": "\n", "/app/app/__init__.py": SERVER },
    ],
  ])("not when it holds %s", async (_, here, image) => {
    expect(await holds(here, image)).toBe(false);
  });
});
