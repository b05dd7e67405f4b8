/**
 * The texts of rules apart from what judges: an analysis that finds nothing shows none, and what lies in the first
 * script is paid for at every start.
 */
import { readFileSync } from "node:fs";
import type { Plugin } from "esbuild";
import { rules } from "../src/rules/index.gen.ts";

/** The module that holds them, by the rule's id. */
export const TEXTS = "rule-texts";

/** What of a rule is text. */
export const TEXT_FIELDS = [
  "title",
  "why",
  "source",
  "advice",
  "aliases",
  "numbers",
  "since",
  "fixes",
  "provenBy",
] as const;

/** A field of a rule that is written out: a string, or a list of strings. What a rule puts together stays with it. */
const WRITTEN = new RegExp(
  String.raw`^ {2}(?:${TEXT_FIELDS.join("|")}):\s+(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\[[^\]$]*\]),\n`,
  "gm",
);

const EXAMPLES = /^ {2}examples: (?:\{.*\}|\{$[^]*?^ {2}\}|[^{\n]*),$/m;

/** Every rule of the file inherits its texts from here; the first that is asked for loads all. */
const LATE = "late-texts";

const inherited = `const texts = () => require("${TEXTS}").texts;
export const late = {
${TEXT_FIELDS.map((field) => `  get ${field}() { return texts()[this.id].${field}; },`).join("\n")}
};`;

const written = (): string =>
  `export const texts = ${JSON.stringify(
    Object.fromEntries(
      rules.map((rule) => [rule.id, Object.fromEntries(TEXT_FIELDS.map((field) => [field, rule[field]]))]),
    ),
  )};`;

/** A rule without its examples, which are for its tests and the documentation, and with its texts elsewhere. */
export const withoutTexts: Plugin = {
  name: "without-texts",
  setup(bundler) {
    bundler.onLoad({ filter: /\/src\/rules\/[^/]+\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8")
        .replace(WRITTEN, "")
        .replace(EXAMPLES, "  __proto__: lateTexts,")
        .concat(`\nimport { late as lateTexts } from "${LATE}";\n`),
      loader: "ts",
    }));
    bundler.onResolve({ filter: new RegExp(`^${LATE}$`) }, () => ({ path: LATE, namespace: LATE, sideEffects: false }));
    bundler.onLoad({ filter: /.*/, namespace: LATE }, () => ({ contents: inherited }));
  },
};

/** What a build whose entry point is `TEXTS` takes for it. */
export const textsOfRules: Plugin = {
  name: "texts-of-rules",
  setup(bundler) {
    bundler.onResolve({ filter: new RegExp(`^${TEXTS}$`) }, () => ({ path: TEXTS, namespace: TEXTS }));
    bundler.onLoad({ filter: /.*/, namespace: TEXTS }, () => ({ contents: written() }));
  },
};
