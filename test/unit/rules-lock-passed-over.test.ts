import { expect, it } from "vitest";
import { analyze } from "../../src/pipeline/analyze.ts";
import { memoryTree } from "../../src/project/tree.ts";
import { pythonNotMature } from "../../src/rules/python-not-mature.ts";

const LOCK =
  'version = 1\nrequires-python = ">=3.12"\n\n[[package]]\nname = "shop"\nversion = "1.0"\nsource = { virtual = "." }\ndependencies = [{ name = "speedups" }]\n\n[[package]]\nname = "speedups"\nversion = "2.1.0"\nsource = { registry = "https://index.example/simple" }\nsdist = { url = "https://index.example/speedups-2.1.0.tar.gz" }\nwheels = [{ url = "https://index.example/speedups-2.1.0-cp312-cp312-manylinux_2_17_x86_64.whl" }]\n';

const said = async (install: string) => {
  const tree = memoryTree({
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1.0"\ndependencies = ["speedups"]\n',
    "uv.lock": LOCK,
    Dockerfile: `FROM python:3.13-slim-trixie\nCOPY . /srv\nWORKDIR /srv\n${install}\n`,
  });
  return (await analyze(tree, [pythonNotMature])).findings.length;
};

it("says nothing of a lock's wheels where pip installs what is newest", async () => {
  expect(await said("RUN pip install uv && uv sync --locked")).toBe(1);
  expect(await said("RUN make install")).toBe(1);
  expect(await said("RUN pip install .")).toBe(0);
});
