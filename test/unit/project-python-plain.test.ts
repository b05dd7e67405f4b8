import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readTree } from "../../src/project/python-facts.ts";
import { loadPythonParser } from "../../src/project/python-parse.ts";
import { readService } from "../../src/project/read-service.ts";
import { parsePlain } from "../../src/project/python-statements.ts";
import { NotPlain } from "../../src/project/python-tokens.ts";
import { memoryTree } from "../../src/project/tree.ts";

const grammar = await loadPythonParser();
const plain = (text: string) => readTree(parsePlain(text), text, "shop.api", false);
const full = (text: string) => readTree(grammar.parse(text).topNode, text, "shop.api", false);

const PIECES = [
  "x = lambda a, *b, c=1, **d: a + b\nf = lambda: f(0)",
  "x: int = f(3)\ny: str\nx = y = 1, 2\na, b = c\na, *b = c, d\nx += f(1)\nx[a]: int = 2\nself.x[1].y = os.environ['A']",
  "a[1:2, ::3]\na[:]\na[b, c]\na[x := 1]\na[b]['c'](d)[e].f",
  "-2**-3\nnot a in b\na not in b is not c\na or b and c\na < b <= c != d\na | b ^ c & d << e >> f\n~a @ b // c % d",
  "await x.y()\n(await x).y()\n-a.b()\nx = yield y\n(yield)\nyield a, b\nyield from a",
  "f(x for x in y if z)\nf(a, *b, c=1, **d)\nf(a := 1,)\nf()(a)(b).c",
  "[a for a, b in c if d if e]\n[x async for x in y]\n{a: b for (a, c) in d}\n{a for a in b for c in d}\n(a for a in b)",
  "{a: 1, **b}\n{a, *b}\n{}\n()\n(a,)\n(a)\n[*a, b]\n(*a, b)\n[]\n(x := 3)",
  "async with a as b, c() as d.e:\n  pass\nwith a: b\nwith open('x') as f, open('y'): pass",
  "try:\n a()\nexcept (A, B) as e:\n b()\nexcept C: pass\nexcept:\n raise\nelse:\n d\nfinally:\n c()",
  "for a, (b, c) in d, e:\n x(a)\nelse:\n y()\nwhile (a := b()): c()\nasync def g():\n async for a in b: c(a)",
  "raise X('a') from y\nassert a(), 'b'\ndel a.b, c[d]\nglobal a, b\npass; break; f(1);",
  "from . import a as b, c\nfrom ..x.y import (a, b as c,\n  d,)\nimport a.b as c, d.e\nfrom a import *",
  "def f(a: int = g(1), /, *, b, **c) -> h[int]:\n  return a, b\ndef g(*args: int, k='x'): ...",
  "class A(B, m=C(1)):\n  x: int = f()\n  class Meta: y = 1\n@a.b(1)\n@c\nasync def f():\n  return\n@d\nclass E: pass",
  "f'a{b!r}c{d:>10}{e.f(g)[1:2]}{{x}}'\nf\"{', '.join(a)} {b['c']:d} {d(':')!s}\"\n'a' 'b' f'{c}'\nrb'x'\n('a'\n 'b\\n')\n'''a\n\"b'''\nF\"{os.environ}\"\nu'x' r'\\d{2}'",
  "x = a if b(1) else c if d else e\nif a: b\nelif c(): d\nelse: e\nif __name__ == '__main__':\n  run()",
  "match = 1\nmatch.group(1)\nprint(a)\nprint('x', file=f)\ntype(a)\nx.match(1).type\nconstructor = toString(1)",
  "# comment\nif a:  # more\n\n    # lower\n  # odd\n    b()\n    c(\n  d)\n\ne = 1 + \\\n  2\n",
  "1.5e-3, .5, 0xFF, 1_000, 3j, 0b1, 0o7\n... , None, True\nx = 'a;b' ; y = 2",
];

describe("plain Python", () => {
  it.each(PIECES)("reads %j as the full grammar does", (text) => {
    expect(plain(text)).toEqual(full(text));
    expect(plain(text.replaceAll("\n", "\r\n"))).toEqual(full(text.replaceAll("\n", "\r\n")));
  });

  it("takes `not` as Python does: it binds more than `and` and `or`", () => {
    expect(plain("x = not a or b").assignments[0]?.value).toMatchObject({
      operator: "or",
      operands: [{ operator: "not" }, { path: "b" }],
    });
  });

  const paths = readdirSync("examples", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".py"));

  it("reads most files of the examples, as the full grammar does but for `not`", () => {
    const without = (value: unknown) =>
      JSON.stringify(value, (key, inner: unknown) =>
        ["scope", "conditions", "operator", "operands"].includes(key) ? 0 : inner,
      );
    const texts = paths.map((file) => readFileSync(join("examples", file), "utf8"));
    const same = (text: string): boolean => {
      try {
        return without(plain(text)) === without(full(text));
      } catch {
        return false;
      }
    };
    expect(texts.length).toBeGreaterThan(30);
    expect(texts.filter(same).length / texts.length).toBeGreaterThan(0.9);
  });

  it.each([
    "def",
    "def f(:\n  x",
    "(((",
    ")",
    "a b",
    "x = = 1",
    "'''",
    "'a\nb'",
    "if a:\nb",
    "  a\n b",
    "if a:\n\tb",
    "match x:\n  case 1: pass",
    "print 'a'",
    "type X = int",
    "with (a as b): pass",
    "f'{a=}'",
    "f'{a!r:>{w}}'",
    'f"{a["b"]}"',
    "def f[T](a): pass",
    "except_ = ?",
    "x = $",
    "(".repeat(500) + ")".repeat(500),
    "-".repeat(5000) + "1",
    "else: pass",
  ])("leaves %j to the full grammar", (text) => {
    expect(() => parsePlain(text)).toThrow(NotPlain);
  });

  it("is read with the full grammar where a file is not plain", async () => {
    const files = {
      "app/main.py": "import os\nfrom fastapi import FastAPI\napp = FastAPI()\nA = os.environ['A']\n",
      "app/other.py": "import os\nmatch os.environ['B']:\n  case '1': C = os.environ['C']\n",
    };
    const { env } = await readService(memoryTree(files));
    expect(env.map(({ name }) => name).toSorted()).toEqual(["A", "B", "C"]);
  });
});
