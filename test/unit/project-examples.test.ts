import { expect, it } from "vitest";
import { readService } from "../../src/project/read-service.ts";
import { diskTree } from "../../src/project/tree.ts";

it("reads reactbin-api", async () => {
  const service = await readService(await diskTree("examples/reactbin-api"), { dockerfile: "Dockerfile.before" });
  expect(service.problems).toEqual([]);
  expect(service.application?.value).toEqual({ module: "app.main", attribute: "app", factory: false });
  expect(service.framework.value).toBe("fastapi");
  expect(service.port?.value.number).toBe(8000);
  expect(service.healthPaths[0]?.value).toBe("/api/v1/health");
  expect(service.packaging.kind.value).toBe("unpackaged");
  expect(service.starts[0]).toMatchObject({
    server: "uvicorn",
    form: "shell",
    evidence: { file: "Dockerfile.before" },
  });
  expect(service.env.filter(({ required }) => required).map(({ name }) => name)).toEqual([
    "DATABASE_URL",
    "JWT_SECRET_KEY",
    "OWNER_PASSWORD",
    "OWNER_USERNAME",
    "S3_ACCESS_KEY_ID",
    "S3_BUCKET_NAME",
    "S3_ENDPOINT_URL",
    "S3_REGION",
    "S3_SECRET_ACCESS_KEY",
  ]);
  expect(service.env.find(({ name }) => name === "DATABASE_URL")?.scheme).toBe("postgresql+asyncpg");
  expect(service.dependencies.devOnly).toEqual(expect.arrayContaining(["pytest", "ruff"]));
  expect(service.dependencies.runtimeClosure).not.toContain("pytest");
});
