import { describe, expect, it } from "vitest";
import { outline } from "../../src/project/python-outline.ts";

/** What is left, without the blanks. */
const left = (text: string) =>
  outline(text)
    .split("\n")
    .map((line) => line.trimEnd())
    .filter(Boolean);

describe("what is left of a Python file before it is parsed", () => {
  it("drops bodies that no question is about and keeps those that one is", () => {
    const text =
      '"""Doc (."""\n@router.get("/x")\ndef a(x=1):\n    """Doc."""\n    return x\n\ndef b():\n    y = os.environ["Y"]\n    return y\n\ndef c():\n    # comment\n    return (\n1)\n';
    expect(left(text)).toEqual([
      "0",
      '@router.get("/x")',
      "def a(x=1):",
      "    0",
      "def b():",
      '    y = os.environ["Y"]',
      "    return y",
      "0",
    ]);
  });

  it("is not misled by brackets, quotes and comments", () => {
    const text = "def a():\n    x = '''\ndef b():\n''' + \"# ( \\\" \" # ) '\n    return x\nz = 1\n";
    expect(left(text)).toEqual(["0", "z = 1"]);
  });

  it("keeps settings and constants of classes", () => {
    expect(left("class S(BaseSettings):\n    a: str\n")).toHaveLength(2);
    expect(left('class P:\n    PREFIX = "/v1"\n')).toHaveLength(2);
    expect(left("class M(Base):\n    a: str\n")).toEqual(["class M(Base):", "    0"]);
  });

  it.each([
    "",
    "def",
    "def f(:",
    "class A:\n  x",
    "'''",
    '"',
    "(((\n",
    "\\",
    "\t\tdef x():\n\t\t\ty\n",
    "def a():\r\n    return 1\r\nb = 2\r\n",
    "x\\\n  y",
  ])("keeps every offset and line of %j", (text) => {
    const result = outline(text);
    expect(result).toHaveLength(text.length);
    expect(result.split("\n").map((line) => line.length)).toEqual(text.split("\n").map((line) => line.length));
  });
});
