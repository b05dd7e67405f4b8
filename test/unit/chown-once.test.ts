import { expect, it } from "vitest";
import { rules } from "../../src/rules/index.gen.ts";
import { analyze } from "../../src/pipeline/analyze.ts";
import { memoryTree } from "../../src/project/tree.ts";

const said = async (...lines: readonly string[]) => {
  const { findings } = await analyze(
    memoryTree({
      Dockerfile: `FROM python:3.13-slim-trixie\nWORKDIR /src\nCOPY app.py other.py ./\nCOPY app.py /srv/\n${lines.join("\n")}\n`,
      "app.py": "",
      "other.py": "",
    }),
    rules,
  );
  return findings.filter(({ rule }) => rule === "recursive-chown-duplicates-layer").length;
};

it.each([
  [1, ["RUN chown -R 1001 /src/* && chown -R 1001 /src"]],
  [1, ["RUN chown -R 1001 /src && chown -R 1002 /src/app.py"]],
  [2, ["RUN chown -R 1001 /src && chown -R 1001 /srv"]],
  [2, ["RUN chown -R 1001 /src", "RUN chown -R 1002 /src"]],
])("says %i times that a layer holds files again: %s", async (times, lines) => {
  expect(await said(...lines)).toBe(times);
});

it("tells the folder that a variable means", async () => {
  const { findings } = await analyze(
    memoryTree({
      Dockerfile:
        "FROM python:3.13-slim-trixie\nENV APP_HOME=/home/app/web\nWORKDIR $APP_HOME\nCOPY . $APP_HOME\nRUN chown -R 1001 $APP_HOME\n",
      "app.py": "",
    }),
    rules,
  );
  expect(findings.find(({ rule }) => rule === "recursive-chown-duplicates-layer")?.message).toBe(
    "`chown -R 1001 $APP_HOME` writes everything under /home/app/web into another layer.",
  );
});
