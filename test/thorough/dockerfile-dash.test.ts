import { describe, expect, it } from "vitest";
import { refusedByDash } from "../../src/dockerfile/dash-grammar.ts";
import { run } from "../../src/kit/exec.ts";

/** Scripts that dash takes and that look as if it would not. */
const TAKEN: readonly string[] = [
  "",
  "# only a ' comment (",
  "a; b & c\n",
  "a &&\n\n  b ||\n c |\n d",
  "if a; then b; elif c; then d; else e; fi && f",
  "for x do a; done; for y; do b; done; for z in 1 2\ndo c\ndone",
  "for x in; do a; done",
  "case x in (a | b) c ;; d) ;; esac",
  "case x in esac",
  "case $(a) in *[!0-9]*) b; esac > out",
  "while a; do b; done < in 2>&1 | c",
  "! a | b; { a; } && (b; c)",
  "f() { a; }; g() if b; then c; fi; h()\n{ d; }",
  "a=1 b=$(c) d > e 2>/dev/null >&- <&0",
  "echo if then fi } { done",
  'echo "a \'b\' `c \\"d\\"` $(e "f")" \'g " h\'',
  "echo a\\'b \\\" \\( \\\n c",
  'echo ${a:-b} ${c#*/} ${#d} ${e%"f"} $$ $? ${1+"$@"}',
  "echo $((1 + (2 * 3))) $(( $(a) + `b` ))",
  "cat <<A && cat <<-'B'\nan open ' (\nA\n\t$( in here\n\tB\necho c",
  "cat <<EOF\nwithout an end",
  "`fi`",
  "$( )",
  "[[ -f a ]] && ((b))",
  "echo $'a' ${b[0]} {1..3}",
];

const REFUSED: readonly string[] = [
  "echo 'a",
  'echo "a',
  "echo `a",
  "echo $(a",
  "echo ${a:-b",
  "echo $((1 + 2)",
  "if a; then b",
  "if a then b; fi",
  "if a; then fi",
  "a; fi",
  "a &&",
  "&& a",
  "a | | b",
  "a ;; b",
  "a; ; b",
  "(a",
  "a)",
  "{ a; ",
  "{ }",
  "( )",
  "for 1x in a; do b; done",
  "for x in a; b; done",
  "while a; done",
  "case a b in c) d;; esac",
  "case a in b) c",
  "f( a",
  "my-f() { a; }",
  "export() { a; }",
  "a >",
  "a <(b)",
  "a=(1 2)",
  "function f { a; }",
  "! ! a",
  "in",
  "cat <<A\nx\nA\n)",
];

describe("what dash takes", () => {
  it.each(TAKEN)("%j is taken", (script) => {
    expect(refusedByDash(script)).toBeUndefined();
  });

  it.each(REFUSED)("%j is refused, with a place inside it", (script) => {
    const refused = refusedByDash(script);
    expect(refused?.message).toMatch(/\w/);
    expect(refused?.at).toBeLessThanOrEqual(script.length);
  });

  it("of scripts without an end or a bottom nothing is said, and it ends", () => {
    for (const script of ["$(".repeat(5000), "(".repeat(50_000), "`".repeat(9999), `echo ${"${a:-".repeat(9000)}`])
      expect(() => refusedByDash(script)).not.toThrow();
  });
});

const dash = await run("dash", ["-c", "exit 0"]).catch(() => undefined);
const isHere = dash?.code === 0;

/** Pieces that are put together at random, the same at every run. */
const PIECES = [
  ..."if|then|fi|for x in|do|done|case y in|esac|{|}|(|)|&&|\\||;|;;|\n|'|\"|`|$(|$((|))|${x:-|a|b=1|>|<<E\nE\n|!|f()".split(
    "|",
  ),
  "if a; then b; fi",
  "for x in 1; do a; done",
  "case x in a) b;; esac",
  "{ a; }",
  "(b)",
  'echo "$(a)"',
  "#c\n",
].map((piece) => piece.replace("\\", "|"));

function* scripts(count: number): Generator<string> {
  let state = 42;
  const random = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * below);
  };
  for (let index = 0; index < count; index += 1)
    yield Array.from({ length: 1 + random(8) }, () => PIECES[random(PIECES.length)]).join(random(2) === 0 ? " " : "; ");
}

describe.skipIf(!isHere)("beside dash itself", () => {
  const takes = async (script: string) => (await run("dash", ["-n", "-c", script])).code === 0;

  it.each(TAKEN)("%j is taken by dash, too", async (script) => {
    expect(await takes(script)).toBe(true);
  });

  it.each(REFUSED)("%j is refused by dash, too", async (script) => {
    expect(await takes(script)).toBe(false);
  });

  it("nothing that it takes is accused", { timeout: 120_000 }, async () => {
    const accused: string[] = [];
    let refused = 0;
    for (const script of scripts(600)) {
      if (refusedByDash(script) === undefined) continue;
      refused += 1;
      if (await takes(script)) accused.push(script);
    }
    expect(accused).toEqual([]);
    expect(refused).toBeGreaterThan(200);
  });
});
