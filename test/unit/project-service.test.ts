import { expect, it } from "vitest";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";

const files: Readonly<Record<string, string>> = {
  "pyproject.toml": '[project]\nname = "shop"\nrequires-python = ">=3.12"\ndependencies = ["fastapi", "uvicorn"]\n',
  "app/main.py":
    'from fastapi import FastAPI\nfrom app.api import router\napp = FastAPI()\napp.include_router(router, prefix="/api/v1")\n',
  "app/api.py": 'from fastapi import APIRouter\nrouter = APIRouter()\n@router.get("/health")\ndef health(): ...\n',
  Dockerfile: 'FROM python:3.12-slim\nCMD ["uv", "run", "uvicorn", "app.main:app", "--port", "8080"]\n',
};

it("reads a small FastAPI service", async () => {
  const service = await readService(memoryTree(files));
  expect(service.framework.value).toBe("fastapi");
  expect(service.server.value).toBe("uvicorn");
  expect(service.application?.value).toEqual({ module: "app.main", attribute: "app", factory: false });
  expect(service.port?.value).toEqual({ number: 8080 });
  expect(service.healthPaths.map(({ value }) => value)).toEqual(["/api/v1/health"]);
  expect(service.starts[0]).toMatchObject({ wrappers: ["uv run"], evidence: { file: "Dockerfile", line: 2 } });
  expect(service.packaging).toMatchObject({ kind: { value: "unpackaged" }, importPackages: ["app"], layout: "flat" });
  expect(service.problems).toEqual([]);
});
