import { describe, expect, it } from "vitest";
import { copiedFiles, type Copied } from "../../src/dockerfile/copies.ts";
import { readIgnore } from "../../src/dockerfile/ignore.ts";
import { parseDockerfile } from "../../src/dockerfile/parse.ts";

const files = [
  "README.md",
  "app/__init__.py",
  "app/main.py",
  "app/sub/x.py",
  "pyproject.toml",
  "uv.lock",
  "tests/a.py",
  ".env",
];

function copy(text: string, ignore = ""): Copied {
  const instruction = parseDockerfile("Dockerfile", `FROM a\n${text}`).stages[0]?.instructions[0];
  if (instruction === undefined) throw new Error("no instruction");
  return copiedFiles(instruction, { files, ignore: readIgnore(ignore), workdir: "/srv" });
}
const pairs = (text: string, ignore = ""): readonly string[] =>
  copy(text, ignore).files.map(({ source, destination }) => `${source} ${destination}`);

describe("copiedFiles", () => {
  it.each([
    ["COPY uv.lock lock", "", ["uv.lock /srv/lock"]],
    ["COPY uv.lock .", "", ["uv.lock /srv/uv.lock"]],
    ["COPY uv.lock /srv", "", ["uv.lock /srv/uv.lock"]],
    ["COPY ./uv.lock /x/", "", ["uv.lock /x/uv.lock"]],
    ["COPY /uv.lock ../x/", "", ["uv.lock /x/uv.lock"]],
    ["COPY ../uv.lock ./", "", ["uv.lock /srv/uv.lock"]],
    ["COPY uv.lock pyproject.toml ./", "", ["uv.lock /srv/uv.lock", "pyproject.toml /srv/pyproject.toml"]],
    ["COPY uv.lock pyproject.toml /x", "", ["pyproject.toml /x"]],
    ["COPY app/*.py /x", "", ["app/main.py /x"]],
    ["COPY app/sub uv.lock /x", "", ["app/sub/x.py /x/x.py", "uv.lock /x/uv.lock"]],
    ['COPY ["uv.lock", "/a b"]', "", ["uv.lock /a b"]],
    ["COPY *.toml nope*.txt ./", "", ["pyproject.toml /srv/pyproject.toml"]],
    ["COPY app/*.py /x/", "", ["app/__init__.py /x/__init__.py", "app/main.py /x/main.py"]],
    ["COPY app/ /x", "", ["app/__init__.py /x/__init__.py", "app/main.py /x/main.py", "app/sub/x.py /x/sub/x.py"]],
    ["COPY app/s* /x/", "", ["app/sub/x.py /x/x.py"]],
    [
      "COPY . .",
      "*\n!app",
      ["app/__init__.py /srv/app/__init__.py", "app/main.py /srv/app/main.py", "app/sub/x.py /srv/app/sub/x.py"],
    ],
    ["COPY --exclude=*.py app /x", "", ["app/sub/x.py /x/sub/x.py"]],
    ["COPY --exclude=**/*.py app /x", "", []],
    ["COPY --parents app/sub tests/*.py /x/", "", ["app/sub/x.py /x/app/sub/x.py", "tests/a.py /x/tests/a.py"]],
    ["COPY --parents app/./sub /x/", "", ["app/sub/x.py /x/sub/x.py"]],
    ["COPY --parents **/x.py /x/", "", ["app/sub/x.py /x/app/sub/x.py"]],
    ["ADD https://example.org/a.tgz /x", "", []],
    ["COPY --from=b app /x", "", []],
    ["ONBUILD COPY uv.lock /x", "", ["uv.lock /x"]],
  ])("%s with %j", (text, ignore, expected) => {
    expect(pairs(text, ignore)).toEqual(expected);
  });

  it("says what is not there, and what is kept out", () => {
    expect(copy("COPY nope uv.lock app x*/ /x/", "uv.lock\napp/sub").missing).toEqual([
      { source: "nope", reason: "absent", fatal: true, ignoredBy: undefined },
      { source: "uv.lock", reason: "ignored", fatal: true, ignoredBy: { line: 1, text: "uv.lock" } },
      { source: "x*/", reason: "absent", fatal: false, ignoredBy: undefined },
    ]);
    expect(copy("COPY app /x/", "app/sub").ignored).toEqual(["app/sub/x.py"]);
  });

  it("keeps remote and inline sources apart", () => {
    expect(copy("ADD https://example.org/a git@example.org:b.git uv.lock /x/")).toMatchObject({
      fromContext: true,
      remote: ["https://example.org/a", "git@example.org:b.git"],
    });
    expect(copy("COPY <<A <<B /x/\n1\nA\n2\nB")).toMatchObject({ fromContext: false, inline: ["A", "B"] });
  });

  it("expands variables by the caller's word", () => {
    const instruction = parseDockerfile("Dockerfile", "FROM a\nCOPY $LOCK $DIR/").stages[0]?.instructions[0];
    const context = {
      files,
      ignore: readIgnore(""),
      workdir: "/",
      expand: (word: string) => word.replace("$LOCK", "uv.lock").replace("$DIR", "/d"),
    };
    expect(instruction && copiedFiles(instruction, context).files).toEqual([
      { source: "uv.lock", destination: "/d/uv.lock" },
    ]);
  });
});
