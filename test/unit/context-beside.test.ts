import { expect, it } from "vitest";
import { rules } from "../../src/rules/index.gen.ts";
import { analyze } from "../../src/pipeline/analyze.ts";
import { memoryTree } from "../../src/project/tree.ts";

const found = async (more: Readonly<Record<string, string>>) => {
  const { findings } = await analyze(
    memoryTree({
      "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\ndependencies = []\n',
      "tools/release.py": "import subprocess\n\nsubprocess.run(['git', 'tag'])\n",
      "shop/release.py": "import subprocess\n\nsubprocess.run(['git', 'tag'])\n",
      "tests/test_shop.py": "",
      "server/Dockerfile":
        'FROM python:3.13-slim-trixie\nWORKDIR /app\nCOPY requirements.txt .\nRUN pip install --no-cache-dir -r requirements.txt\nCOPY . .\nCMD ["python", "main.py"]\n',
      "server/main.py": "",
      ...more,
    }),
    rules,
  );
  return findings.map(({ rule }) => rule);
};
const WHOLE = ["copy-of-ignored-or-missing-file", "tests-in-final", "program-not-installed"];

it("takes the folder of a Dockerfile for its context when all that it copies lies there", async () => {
  const ids = await found({ "server/requirements.txt": "flask==3.1.0\n" });
  for (const id of WHOLE) expect(ids).not.toContain(id);
});

it("takes the whole for it when that holds what it copies", async () => {
  const ids = await found({ "requirements.txt": "flask==3.1.0\n" });
  expect(ids).toEqual(expect.arrayContaining(["tests-in-final", "program-not-installed"]));
});

it("reads the list of packages that lies there", async () => {
  const pinned = { "server/requirements.txt": "flask==3.1.0\n", "docs/requirements.txt": "sphinx\n" };
  expect(await found(pinned)).not.toContain("dependencies-not-pinned");
  expect(await found({ ...pinned, "server/requirements.txt": "flask\n" })).toContain("dependencies-not-pinned");
});

it("says what is nowhere", async () => {
  expect(await found({})).toContain("copy-of-ignored-or-missing-file");
});
