import { expect, it } from "vitest";
import { rules } from "../../src/rules/index.gen.ts";
import { analyze } from "../../src/pipeline/analyze.ts";
import { dockerfileOf } from "../../src/pipeline/analyze-step.ts";
import { memoryTree } from "../../src/project/tree.ts";

/** The last stage is for developers: root, and a server that reloads. */
const DOCKERFILE = `FROM python:3.13-slim-trixie AS runtime
COPY app.py /app/app.py
USER 1001:1001
CMD ["uvicorn", "app:app"]

FROM runtime AS development
USER root
CMD ["uvicorn", "app:app", "--reload"]
`;
const workflow = (target: string) => `on: push
jobs:
  image:
    steps:
      - uses: actions/checkout@v4
      - uses: docker/build-push-action@v6
        with:
          context: .
          target: ${target}
`;
const found = async (files: Readonly<Record<string, string>>, options: { readonly target?: string } = {}) => {
  const analysis = await analyze(memoryTree({ "app.py": "", ...files }), rules, options);
  return { ...analysis, ids: analysis.findings.map(({ rule }) => rule) };
};

it("judges the last stage when nobody names another", async () => {
  const { ids, service } = await found({ Dockerfile: DOCKERFILE });
  expect(service.target).toBeUndefined();
  expect(ids).toEqual(expect.arrayContaining(["runs-as-root", "dev-server-or-reload"]));
});

it("judges the stage that the team names", async () => {
  const { ids, dockerfile, service } = await found({ Dockerfile: DOCKERFILE }, { target: "runtime" });
  expect(dockerfile?.target).toBe("runtime");
  expect(ids).not.toContain("runs-as-root");
  expect(ids).not.toContain("dev-server-or-reload");
  expect(service.starts.map(({ argv }) => argv)).toEqual([["uvicorn", "app:app"]]);
});

it("judges the stage that CI builds, and says where it read that", async () => {
  const { ids, service } = await found({ Dockerfile: DOCKERFILE, ".github/workflows/image.yml": workflow("runtime") });
  expect(service.target).toMatchObject({
    value: "runtime",
    confidence: "likely",
    evidence: [{ file: ".github/workflows/image.yml", line: 9 }],
  });
  expect(ids).not.toContain("runs-as-root");
});

it("knows the file of a matrix, and takes no build that is thrown away for what ships", async () => {
  const matrix = workflow("runtime").replace("context: .", "context: .\n          file: ./Docker${{ matrix.which }}");
  const { service } = await found({ Dockerfile: DOCKERFILE, ".github/workflows/image.yml": matrix });
  expect(service.target?.value).toBe("runtime");
  const other = matrix.replace("./Docker$", "./images/Docker$");
  expect(
    (await found({ Dockerfile: DOCKERFILE, ".github/workflows/image.yml": other })).service.target,
  ).toBeUndefined();
  const tried = workflow("runtime").replace("context: .", "context: .\n          push: false");
  expect(
    (await found({ Dockerfile: DOCKERFILE, ".github/workflows/image.yml": tried })).service.target,
  ).toBeUndefined();
});

it.each([
  ["names a stage that is not there", { ".github/workflows/image.yml": workflow("gone") }],
  [
    "builds several",
    { ".github/workflows/a.yml": workflow("runtime"), ".github/workflows/b.yml": workflow("development") },
  ],
])("keeps to the last stage when CI %s", async (_, files) => {
  const { service } = await found({ Dockerfile: DOCKERFILE, ...files });
  expect(service.target).toBeUndefined();
});

it("refuses a target that the Dockerfile does not have, with the ones it has", async () => {
  const analysis = await found({ Dockerfile: DOCKERFILE }, { target: "production" });
  expect(() => dockerfileOf(analysis)).toThrow(
    expect.objectContaining({ code: "dockerfile/no-target", hint: expect.stringContaining("runtime, development") }),
  );
});
