import { expect, it } from "vitest";
import { analyze } from "../../src/pipeline/analyze.ts";
import { memoryTree } from "../../src/project/tree.ts";
import { dependencyLayerInvalidatedBySource } from "../../src/rules/dependency-layer-invalidated-by-source.ts";

it.each([
  ["uv sync --locked", /^Copy or bind-mount only pyproject\.toml and uv\.lock,/],
  ["pip install -r requirements.txt", /^Copy or bind-mount only requirements\.txt, install,/],
  ["pip install -r base.txt --requirement web.txt", /^Copy or bind-mount only base\.txt and web\.txt, install,/],
])("says what is to be copied before `%s`", async (install, advice) => {
  const tree = memoryTree({ Dockerfile: `FROM python:3.13-slim\nCOPY . .\nRUN ${install}\n`, "app.py": "" });
  const { findings } = await analyze(tree, [dependencyLayerInvalidatedBySource]);
  expect(findings.map((finding) => finding.advice)).toEqual([expect.stringMatching(advice)]);
});
