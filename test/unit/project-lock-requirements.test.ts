import { describe, expect, it } from "vitest";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";

type Files = Readonly<Record<string, string>>;
const read = async (files: Files) => readService(memoryTree(files));
const lockOf = async (files: Files) => (await read(files)).lock;
const installedBy = (line: string, base = "python:3.12-slim"): Files => ({ Dockerfile: `FROM ${base}\nRUN ${line}\n` });

describe("requirements.txt", () => {
  it("with everything that pip reads", async () => {
    const found = await read({
      "requirements.txt": `--index-url https://index.example/simple
-r requirements/web.txt
-c constraints.txt
flask==3.0.3 \\
    --hash=sha256:aaaa \\
    --hash=sha256:bbbb
redis  # held by the constraints
pywin32==306 ; sys_platform == "win32"
-e git+https://git.example/lib.git@v1#egg=lib
tool @ git+https://git.example/tool.git@abc
https://files.example/wheels/demo_pkg-1.2-py3-none-any.whl
./packages/shared
-e .
`,
      "requirements/web.txt": "-rbase.txt\ngunicorn==22.0\n",
      "requirements/base.txt": "uvicorn[standard]==0.30.0\n",
      "constraints.txt": "redis==5.0.1\nunused==1\n",
      "packages/shared/pyproject.toml": '[project]\nname = "shared-code"\n',
      ...installedBy("pip install -r requirements.txt"),
    });
    expect(found.lock?.path).toBe("requirements.txt");
    expect(
      found.lock?.packages.map(({ name, version, source, path, use }) => [name, version, source, path, use]),
    ).toEqual([
      ["uvicorn", "0.30.0", "registry", undefined, "production"],
      ["gunicorn", "22.0", "registry", undefined, "production"],
      ["flask", "3.0.3", "registry", undefined, "production"],
      ["redis", "5.0.1", "registry", undefined, "production"],
      ["pywin32", "306", "registry", undefined, "elsewhere"],
      ["lib", "", "git", undefined, "production"],
      ["tool", "", "git", undefined, "production"],
      ["demo-pkg", "1.2", "url", undefined, "production"],
      ["shared-code", "", "path", "packages/shared", "production"],
    ]);
    expect(found.dependencies.indexes).toEqual(["https://index.example/simple"]);
    expect(found.dependencies.runtime.find(({ name }) => name === "gunicorn")?.place).toEqual({
      file: "requirements/web.txt",
      line: 2,
    });
  });

  it.each([
    ["a range", "flask>=3\n"],
    ["a wildcard", "flask==3.*\n"],
    ["nothing", "flask\nuvicorn==0.30\n"],
    ["only a folder", "./packages/shared\n"],
  ])("is no lock where a line names %s", async (_, text) => {
    expect(await lockOf({ "requirements.txt": text })).toBeUndefined();
  });

  it("names each other without end", async () => {
    const found = await read({
      "requirements.txt": "-r other.txt\na==1\n",
      "other.txt": "-r requirements.txt\nb==1\n",
    });
    expect(found.lock?.packages.map(({ name }) => name)).toEqual(["b", "a"]);
  });
});

it("long requirements files take no long time", async () => {
  const hashes = `flask==3.0.3 ${"\\\n    --hash=sha256:a".repeat(20_000)}\n`;
  const started = performance.now();
  const found = await lockOf({ "requirements.txt": `${hashes}${"a-1".repeat(200_000)}\n` });
  expect(found?.packages.map(({ name }) => name)).toEqual(["flask"]);
  expect(performance.now() - started).toBeLessThan(5000);
});
