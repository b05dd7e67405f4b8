import { describe, expect, it } from "vitest";
import { readIgnore } from "../../src/dockerfile/ignore.ts";
import { parseDockerfile } from "../../src/dockerfile/parse.ts";
import type { Dockerfile } from "../../src/model/types.ts";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";
import { hasProgram } from "../../src/rules/queries/packages.ts";
import { passedOn } from "../../src/rules/queries/passed-on.ts";
import { shippedSteps } from "../../src/rules/queries/steps.ts";

const BASE = "FROM python:3.13-slim";
const TEST = "tests/test_app.py";

/** Each stage copies from the one before by each of the lines, in which `%` is its name. */
const chain = (stages: number, first: string, copies: readonly string[], last = copies): string =>
  [
    `${BASE} AS s0`,
    first,
    ...Array.from({ length: stages }, (_, index) => [
      `${BASE} AS s${index + 1}`,
      ...(index === stages - 1 ? last : copies).map((copy) => copy.replace("%", `s${index}`)),
    ]).flat(),
    "",
  ].join("\n");

/** The Dockerfile with a count of the times that somebody looked for a stage in it. */
function counted(text: string): { readonly dockerfile: Dockerfile; readonly looks: () => number } {
  let looks = 0;
  const dockerfile = new Proxy(parseDockerfile("Dockerfile", text), {
    get: (target, key) => {
      if (key === "stages") looks += 1;
      return Reflect.get(target, key) as unknown;
    },
  });
  return { dockerfile, looks: () => looks };
}

async function passed(text: string) {
  const { dockerfile, looks } = counted(text);
  const service = await readService(memoryTree({ Dockerfile: text, [TEST]: "def test_app(): ...\n" }));
  const input = { dockerfile, service, ignore: readIgnore("") };
  const files = shippedSteps(dockerfile).flatMap((step) => passedOn(input, step));
  return { files: [...new Set(files)], looks: looks() };
}

describe("stages that copy from each other twice", () => {
  const programs = ["COPY --from=% /usr/local/bin/ /usr/local/bin/", "COPY --from=% /usr/bin/ /usr/bin/"];

  it.each([10, 40])("are each asked once for a program (%i stages)", (stages) => {
    const { dockerfile, looks } = counted(chain(stages, "RUN apt-get install -y curl", programs));
    const last = dockerfile.stages.at(-1);
    expect(last && hasProgram(dockerfile, last, "curl")).toBe(true);
    expect(last && hasProgram(dockerfile, last, "jq")).toBe(false);
    expect(looks()).toBeLessThan(20 * stages);
  });

  it.each([
    ["to the same folder", ["COPY --from=% /src/ /src/", "COPY --from=% /src/ /src/"]],
    ["to two folders, both passed on", ["COPY --from=% /src/ /src/", "COPY --from=% /src/ /src/b/"]],
    ["whole, to two folders", ["COPY --from=% / /src/", "COPY --from=% / /other/"]],
  ])("are each asked once for the files that they hold: %s", async (_, copies) => {
    const { files, looks } = await passed(chain(40, "COPY . /src/", copies));
    expect(files).toContain(TEST);
    expect(looks).toBeLessThan(20 * 40);
  });

  it("are asked for no more folders than somebody could have written", async () => {
    const deep = `COPY . /a${"/a".repeat(40)}/`;
    const { looks } = await passed(chain(40, deep, ["COPY --from=% /a/ /", "COPY --from=% /b/ /"]));
    expect(looks).toBeLessThan(500 * 40);
  });

  it("hide nothing, however often a file lies in a stage", async () => {
    const copies = ["COPY --from=% / /a/", "COPY --from=% / /b/"];
    const { files } = await passed(chain(12, "COPY . /src/", copies, ["COPY --from=% /b/a/b/a/ /app/"]));
    expect(files).toContain(TEST);
  });

  it("pass on only what lies below the folder that is copied", async () => {
    const { files } = await passed(
      chain(
        3,
        "COPY . /src/",
        ["COPY --from=% /src/ /out/", "COPY --from=% /out/ /src/"],
        ["COPY --from=% /src/app/ /app/"],
      ),
    );
    expect(files).toEqual([]);
  });

  it("pass on nothing from a stage that removes files", async () => {
    const { files } = await passed(chain(2, "COPY . /src/\nRUN rm -r /src/tests", ["COPY --from=% /src/ /src/"]));
    expect(files).toEqual([]);
  });
});
