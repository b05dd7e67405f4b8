import { expect, it } from "vitest";
import { examplesOf, readEnvFile } from "../../src/project/env-files.ts";
import { filledFromAbove, interpolate } from "../../src/project/stack/interpolate.ts";
import { splitWords } from "../../src/project/stack/split-words.ts";

const values: Readonly<Record<string, string>> = { A: "1", EMPTY: "" };
const variables = { valueOf: (name: string) => values[name], standIn: (name: string) => `<${name}>` };

it.each([
  ["$A-${A}", "1-1"],
  ["${B:-x}${B-y}", "xy"],
  ["${EMPTY:-x}${EMPTY-y}", "x"],
  ["${B:-${A}${C:-z}}", "1z"],
  ["${A:?must be set}${B?must be set}", "1<B>"],
  ["${A:+set}${EMPTY:+set}${EMPTY+set}${B+set}", "setset"],
  ["$$A costs $5 ${", "$A costs $5 ${"],
  ["${EMPTY}|$EMPTY", "|"],
])("fills variables into %j as Compose does", (text, filled) => {
  expect(interpolate(text, variables)).toBe(filled);
});

it.each([
  [`sh -c 'a && b "c"' d\\ e`, ["sh", "-c", 'a && b "c"', "d e"]],
  [`x "" "a\\"b" $Y`, ["x", "", 'a"b', "$Y"]],
  ["  ", []],
])("splits %j as Compose does", (text, words) => {
  expect(splitWords(text)).toEqual(words);
});

it("fills an env file from its lines above where Compose reads it", () => {
  const text = 'NAME=shop\nDB="${NAME}_db"\nUSER=$DB-user\nNONE=${LATER}x\nLATER=1\nPLAIN=\'${NAME}\'\nCOST="\\$5"\n';
  const filled = {
    NAME: "shop",
    DB: "shop_db",
    USER: "shop_db-user",
    NONE: "x",
    LATER: "1",
    PLAIN: "${NAME}",
    COST: "$5",
  };
  expect(Object.fromEntries(readEnvFile(text, filledFromAbove))).toEqual(filled);
  expect(readEnvFile(text).get("DB")).toBe("${NAME}_db");
});

it("reads an env file", () => {
  const text = `# none\nexport A=1 # one\nB="x # y"\nC='a$b'\nno line\nD=\nE=a#b\n`;
  expect(Object.fromEntries(readEnvFile(text))).toEqual({ A: "1", B: "x # y", C: "a$b", D: "", E: "a#b" });
});

it("knows what an example of an env file is called, the usual names first", () => {
  expect(examplesOf(".env.prod.db").slice(0, 2)).toEqual([".env.prod.db.example", ".env.prod.db.sample"]);
  expect(examplesOf(".env.prod.db")).toContain(".env.prod.db-sample");
  expect(examplesOf(".env.local")).toEqual(expect.arrayContaining([".env.local.example", ".env.example"]));
});
