import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { REQUIREMENTS_FILE, readRequirements } from "../../../src/requirements/read.ts";
import { parseRequirements } from "../../../src/requirements/schema.ts";

const folders: string[] = [];
async function folderWith(text: string | undefined): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "requirements-"));
  folders.push(folder);
  if (text !== undefined) await writeFile(join(folder, REQUIREMENTS_FILE), text);
  return folder;
}
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

it("is not there in a folder without one", async () => {
  expect(await readRequirements(await folderWith(undefined))).toBeUndefined();
});

it("reads every kind of proof", async () => {
  const text = [
    "- { id: A, text: a, source: a document }",
    '- { id: B, text: b, before: fail, proof: [{ check: size, threshold: { measured: "<= 300 MB" } }, { rule: runs-as-root }] }',
    "- { id: C, text: c, proof: { any: [{ figure: startSeconds, atMost: 30 }, { decision: base, chooses: slim }] } }",
    "- { id: D, text: d, proof: { notProvableHere: { reason: no cloud, provenUpTo: { writesOnly: [Dockerfile] } } } }",
  ].join("\n");
  const limit = { operator: "<=", value: 300e6, unit: "bytes", text: "<= 300 MB" };
  expect(await readRequirements(await folderWith(text))).toEqual([
    { id: "A", text: "a", source: "a document" },
    {
      id: "B",
      text: "b",
      before: "fail",
      proof: {
        kind: "all",
        proofs: [
          { kind: "check", id: "size", limit },
          { kind: "rule", id: "runs-as-root" },
        ],
      },
    },
    {
      id: "C",
      text: "c",
      proof: {
        kind: "any",
        proofs: [
          { kind: "figure", name: "startSeconds", atMost: 30 },
          { kind: "decision", id: "base", chooses: { pattern: "slim" } },
        ],
      },
    },
    {
      id: "D",
      text: "d",
      proof: { kind: "not-provable-here", reason: "no cloud", border: { kind: "writes-only", paths: ["Dockerfile"] } },
    },
  ]);
});

const one = (proof: string) => `- id: A\n  text: a\n  proof:\n    ${proof}\n`;
it.each([
  ["a syntax error", "- id: [", 1, /./],
  ["no list", "id: A\n", 1, /list of requirements/],
  ["no text", "- id: A\n", 1, /Requirement 1, text/],
  ["an unknown key", "- id: A\n  text: a\n  prof: {}\n", 3, /Requirement 1, prof: is not a key/],
  ["the same id twice", "- { id: A, text: a }\n- { id: A, text: b }\n", 2, /already the id of number 1/],
  ["an id with spaces", "- { id: a b, text: a }\n", 1, /letters, digits/],
  ["an unknown check", one("check: sise"), 4, /There is no check `sise`\. Did you mean `size`\?/],
  ["an unknown rule", one("rule: run-as-root"), 4, /Did you mean `runs-as-root`\?/],
  ["an unknown figure", one("{ figure: startSecond, atMost: 3 }"), 4, /Did you mean `startSeconds`\?/],
  ["an unknown decision", one("decision: bass"), 4, /Did you mean `base`\?/],
  ["a name like nothing we know", one("check: zzzzzzzzzzzzzzzzzzzz"), 4, /There is no check `z+`$/],
  ["an unknown kind", one("chek: size"), 4, /exactly one of .*`chek` is none\. Did you mean `check`\?/],
  ["two kinds at once", one("{ check: size, rule: runs-as-root }"), 4, /exactly one of/],
  ["a threshold without a number", one("{ check: size, threshold: { measured: small } }"), 4, /like `<= 30 s`/],
  ["a threshold in a wrong unit", one('{ check: size, threshold: { measured: "<= 3 miles" } }'), 4, /like `<= 30 s`/],
  ["a figure without a limit", one("figure: startSeconds"), 4, /`atMost` or `atLeast`/],
  ["a pattern that is none", one('{ file: Dockerfile, matches: "(" }'), 4, /not a regular expression/],
  ["an empty list", one("all: []"), 4, /proves nothing/],
  [
    "a fault deep inside",
    "- id: A\n  text: a\n  proof:\n    - check: size\n    - any:\n        - rule: nope-nope\n",
    6,
    /There is no rule/,
  ],
  ["a fault behind a border", one("notProvableHere: { reason: a, provenUpTo: { check: sizes } }"), 4, /`size`/],
])("refuses %s, with the line", async (_, text, line, message) => {
  const folder = await folderWith(text);
  await expect(readRequirements(folder)).rejects.toMatchObject({
    code: "requirements/invalid",
    message: expect.stringMatching(message) as string,
    where: { file: REQUIREMENTS_FILE, line },
  });
});

it("tells every problem at once", async () => {
  const folder = await folderWith("- { id: A, text: a, proof: { check: x } }\n- { id: B }\n");
  await expect(readRequirements(folder)).rejects.toMatchObject({ details: [expect.stringMatching(/yaml:2: .*text/)] });
});

it("eats no memory for aliases", () => {
  const bomb = `- &a [x, x, x, x, x, x, x, x, x]\n${Array.from({ length: 9 }, (_, level) => `- &${"bcdefghij"[level]} [${Array(9).fill(`*${"abcdefghi"[level]}`).join(", ")}]`).join("\n")}\n`;
  expect(parseRequirements(bomb).problems.length).toBeGreaterThan(0);
});

it.each(["reactbin-api", "benchling-webhook/docker", "ragstar"])(
  "reads the requirements of examples/%s",
  async (name) => {
    const requirements = await readRequirements(join("examples", name));
    expect(requirements?.length).toBeGreaterThan(40);
    expect(requirements?.filter(({ proof, source }) => proof === undefined || source === undefined)).toEqual([]);
  },
);
