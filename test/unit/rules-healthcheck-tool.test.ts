import { expect, it } from "vitest";
import { analyze } from "../../src/pipeline/analyze.ts";
import { memoryTree } from "../../src/project/tree.ts";
import { healthcheckToolAbsent } from "../../src/rules/healthcheck-tool-absent.ts";

it.each([
  ["curl -f http://localhost:9000/api/v1/health || exit 1", "http://127.0.0.1:9000/api/v1/health"],
  ["curl -f http://localhost:$PORT/ready", "http://127.0.0.1:8000/ready"],
  ["wget -q --spider localhost", "http://127.0.0.1:8000/health"],
])("advises to ask the same address: %s", async (asks, url) => {
  const tree = memoryTree({ Dockerfile: `FROM python:3.13-slim\nHEALTHCHECK CMD ${asks}\n`, "app.py": "" });
  const { findings } = await analyze(tree, [healthcheckToolAbsent]);
  expect(findings[0]?.advice).toContain(`'${url}'`);
});
