import { expect, it } from "vitest";
import { isProjectHere } from "../../src/pipeline/project-here.ts";
import { sample } from "./planner/sample.ts";

const of = (repository: boolean, ...files: readonly string[]) =>
  isProjectHere({ git: { ...sample.git, repository }, files });

it("judges no image by files that lie below a folder by chance", () => {
  expect(of(false, "notes.txt", "clones/shop/app.py", "clones/shop/pyproject.toml")).toBe(false);
  expect(of(false)).toBe(false);
});

it.each(["pyproject.toml", "requirements-prod.txt", "Dockerfile", "app.py", "seaworthy.yaml"])(
  "knows a service's folder by %s",
  (file) => expect(of(false, file, "shop/views.py")).toBe(true),
);

it("takes a repository for what it is", () => expect(of(true, "backend/app/main.py")).toBe(true));
