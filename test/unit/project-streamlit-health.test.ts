import { expect, it } from "vitest";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";

const healthOf = async (...more: readonly string[]) => {
  const words = JSON.stringify(["streamlit", "run", "app.py", ...more]);
  const tree = memoryTree({
    Dockerfile: `FROM python:3.13-slim\nWORKDIR /app\nCOPY . .\nRUN pip install streamlit\nCMD ${words}\n`,
    "app.py": "import streamlit as st\nst.title('x')\n",
    "requirements.txt": "streamlit==1.48.0\n",
  });
  return (await readService(tree)).healthPaths.map(({ value }) => value);
};

it("streamlit answers below the path that it is given", async () => {
  expect(await healthOf()).toEqual(["/_stcore/health"]);
  expect(await healthOf("--server.baseUrlPath", "/ner")).toEqual(["/ner/_stcore/health"]);
  expect(await healthOf("--server.baseUrlPath=a/b/", "--server.port=8501")).toEqual(["/a/b/_stcore/health"]);
  expect(await healthOf("--server.baseUrlPath", "$(id)")).toEqual(["/_stcore/health"]);
});
