import { expect, it } from "vitest";
import { stopOutsideProject } from "../../src/pipeline/project-here.ts";
import { sample } from "./planner/sample.ts";

const of =
  (repository: boolean, ...files: readonly string[]) =>
  () =>
    stopOutsideProject({ ...sample, git: { ...sample.git, repository }, files }, "/somewhere");

it("judges no image by files that lie below a folder by chance", () => {
  expect(of(false, "notes.txt", "clones/shop/app.py", "clones/shop/pyproject.toml")).toThrow(/is no service's folder/);
  expect(of(false)).toThrow(/is no service's folder/);
});

it.each(["pyproject.toml", "requirements-prod.txt", "Dockerfile", "app.py", "seaworthy.yaml"])(
  "knows a service's folder by %s",
  (file) => expect(of(false, file, "shop/views.py")).not.toThrow(),
);

it("takes a repository for what it is", () => expect(of(true, "backend/app/main.py")).not.toThrow());
