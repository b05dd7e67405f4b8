import { expect, it } from "vitest";
import { analyze } from "../../src/pipeline/analyze.ts";
import { memoryTree } from "../../src/project/tree.ts";
import { writesOutsideTmpOnReadOnly } from "../../src/rules/writes-outside-tmp-on-read-only.ts";

it("tells of what is written below a folder with the folder, and of each place in a file once", async () => {
  const tree = memoryTree({
    Dockerfile: "FROM python:3.13-slim\nWORKDIR /app\nCOPY app/ app/\n",
    "app/deep.py": "import os\nos.makedirs('data/deep')\nopen('data/deep/x', 'w')\nopen('data/deep/x', 'w')\n",
    "app/top.py": "import os\nos.makedirs('data')\nos.makedirs('other')\n",
  });
  const { findings } = await analyze(tree, [writesOutsideTmpOnReadOnly]);
  const told = findings.map(({ message, related = [] }) => [
    /\/app\/\S*/.exec(message.replace(",", ""))?.[0],
    ...related.slice(1).map((one) => `${one.file}:${one.line} ${one.message}`),
  ]);
  expect(told).toEqual([
    ["/app/data", "app/deep.py:2 writes to /app/data/deep", "app/deep.py:3 writes to /app/data/deep/x"],
    ["/app/other"],
  ]);
});
