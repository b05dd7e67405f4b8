import { expect, it } from "vitest";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";

const lockOf = async (files: Readonly<Record<string, string>>) => (await readService(memoryTree(files))).lock;

it("pipenv: every category, and packages from git, folders and addresses", async () => {
  const lock = {
    _meta: { sources: [{ name: "own", url: "https://index.example/simple" }] },
    default: {
      flask: { version: "==3.0.3", index: "own" },
      lib: { git: "https://git.example/lib.git", ref: "abc" },
      local: { path: "./local", editable: true },
      archive: { file: "https://files.example/archive.tar.gz" },
    },
    develop: { pytest: { version: "==8.4.2" } },
    docs: { sphinx: { version: "==7.4.7" } },
  };
  const read = await lockOf({ Pipfile: "[packages]\n", "Pipfile.lock": JSON.stringify(lock) });
  expect(read?.packages.map(({ name, version, source }) => `${name} ${version} ${source}`)).toEqual([
    "flask 3.0.3 registry",
    "lib  git",
    "local  path",
    "archive  url",
    "pytest 8.4.2 registry",
    "sphinx 7.4.7 registry",
  ]);
  expect(read?.packages[2]?.path).toBe("./local");
  expect(read?.registries).toEqual(["https://index.example/simple"]);
});

it("pdm: the Python of its targets", async () => {
  const text = '[metadata]\nlock_version = "4.5.0"\n\n[[metadata.targets]]\nrequires_python = ">=3.12"\n';
  expect((await lockOf({ "pdm.lock": text }))?.requiresPython).toBe(">=3.12");
});
