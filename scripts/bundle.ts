/** How the sources are bundled: shared by the build and by the test that guards what `analyze` loads. */
import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { build, type BuildOptions, type BuildResult, type Plugin } from "esbuild";
import { wrapper } from "../src/cli/bytecode.ts";
import * as exampleParts from "../src/rules/queries/example.ts";
import { TEXTS, textsOfRules, withoutTexts } from "./rule-texts.ts";

const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };

/** zod carries its messages in fifty languages; ours are English, and a start should not compile the others. */
const onlyEnglish: Plugin = {
  name: "only-english",
  setup(bundler) {
    bundler.onResolve({ filter: /locales\/index\.js$/ }, () => ({
      path: "locales",
      namespace: "only-english",
      sideEffects: false,
    }));
    bundler.onLoad({ filter: /.*/, namespace: "only-english" }, () => ({ contents: "export {};" }));
  },
};

/**
 * What the examples of rules are put together from beside a rule is put together from nothing: else each start would
 * write them all. esbuild leaves out the calls of an empty function, with what they are given.
 */
const withoutExampleParts: Plugin = {
  name: "without-example-parts",
  setup(bundler) {
    bundler.onLoad({ filter: /\/src\/rules\/queries\/example\.ts$/ }, () => ({
      contents: Object.entries(exampleParts)
        .map(([name, part]) =>
          typeof part === "function" ? `export function ${name}() {}` : `export const ${name} = "";`,
        )
        .join("\n"),
    }));
  },
};

/** What an analysis seldom needs, and long to load: asked for with the first call of a function of it. */
const LATE = /^(?:node:crypto|node:v8|yaml)$/;

/**
 * In one script nothing is loaded later: for an `import()` esbuild would put a function around every module that it
 * reaches, nearly all, and each start would run them. So its module is there at once, and only what is `LATE` later.
 */
const atOnce: Plugin = {
  name: "at-once",
  setup(bundler) {
    bundler.onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => {
      const imports: string[] = [];
      const text = readFileSync(path, "utf8").replace(
        /(typeof )?(?:await )?import\(("\.[^"]+")\)/g,
        (whole, type: string | undefined, id: string) => {
          if (type !== undefined) return whole;
          imports.push(`import * as atOnce${imports.length} from ${id};`);
          return `atOnce${imports.length - 1}`;
        },
      );
      // Behind the text: its lines keep their numbers.
      return { contents: `${text}\n${imports.join("\n")}`, loader: "ts" };
    });
    bundler.onResolve({ filter: LATE }, ({ path, kind }) =>
      kind === "import-statement" ? { path, namespace: "late", sideEffects: false } : undefined,
    );
    bundler.onLoad({ filter: /.*/, namespace: "late" }, async ({ path }) => ({
      contents: functionsOf((await import(path)) as object)
        .map((name) => calledLate(name, path))
        .join("\n"),
      resolveDir: ".",
    }));
  },
};

const functionsOf = (module: object): readonly string[] =>
  Object.entries(module).flatMap(([name, value]) => (typeof value === "function" && name !== "default" ? [name] : []));

const calledLate = (name: string, path: string): string => `export function ${name}(...words) {
  const { ${name}: real } = require("${path}");
  return new.target ? new real(...words) : real(...words);
}`;

/** The command loads all but `analyze` from the ES modules beside it. */
const fullFromEsm: Plugin = {
  name: "full-from-esm",
  setup(bundler) {
    bundler.onResolve({ filter: /^\.\/full\.ts$/ }, () => ({ path: "./esm/full.js", external: true }));
  },
};

export const shared: BuildOptions = {
  outdir: "dist",
  bundle: true,
  platform: "node",
  target: "node20",
  minifySyntax: true,
  minifyWhitespace: true,
  jsx: "automatic",
  jsxImportSource: "preact",
  plugins: [onlyEnglish],
  // Its ES module: the CommonJS one, loaded lazily, would come without its named exports.
  alias: { yaml: resolve("node_modules/yaml/browser/index.js") },
};

export const versionText: string = JSON.stringify(version);

/** Names hold the hash: bytecode that was kept for another script is never taken for this one's. */
const script: BuildOptions = {
  ...shared,
  entryNames: "[name]-[hash]",
  outExtension: { ".js": ".cjs" },
  format: "cjs",
  charset: "ascii",
  // A script that is compiled with `node:vm` may not call `import()`.
  supported: { "dynamic-import": false },
  define: { SEAWORTHY_VERSION: versionText },
  minifyIdentifiers: true,
  banner: { js: wrapper.js },
  footer: { js: wrapper.end },
};

/** What many services do not need, each a script of its own: what lies in a script is paid for at every start. */
const APART: Readonly<Record<string, BuildOptions>> = {
  yaml: { entryPoints: { yaml: "yaml" } },
  "@lezer/python": { entryPoints: { python: "@lezer/python" } },
  tinyglobby: {
    entryPoints: { glob: "tinyglobby" },
    // Its ES module asks `import.meta.url`, which a script does not have: a pattern would end in an error.
    alias: { fdir: resolve("node_modules/fdir/dist/index.cjs") },
  },
  [TEXTS]: { entryPoints: { texts: TEXTS }, plugins: [textsOfRules] },
};

type Bundled = BuildResult<{ metafile: true }>;

export const fileOf = ({ metafile }: Bundled): string => Object.keys(metafile.outputs)[0] ?? "";

const fromBeside = (apart: Readonly<Record<string, Bundled>>): Plugin => ({
  name: "from-beside",
  setup(bundler) {
    for (const [library, bundled] of Object.entries(apart))
      bundler.onResolve({ filter: new RegExp(`^${library}$`) }, () => ({
        path: `./${basename(fileOf(bundled))}`,
        external: true,
      }));
  },
});

interface Bundles {
  readonly analyze: Bundled;
  /** What it asks for when it needs it, by the library's name. */
  readonly apart: Readonly<Record<string, Bundled>>;
}

/** `analyze` alone, as one script, with those that it may ask for beside it. */
export async function bundleAnalyze(options: BuildOptions = {}): Promise<Bundles> {
  const apart: Record<string, Bundled> = {};
  for (const [library, own] of Object.entries(APART))
    apart[library] = await build({
      ...script,
      ...own,
      alias: { ...shared.alias, ...own.alias },
      ...options,
      metafile: true,
    });
  const analyze = await build({
    ...script,
    entryPoints: { analyze: "src/cli/light.ts" },
    plugins: [onlyEnglish, withoutTexts, withoutExampleParts, atOnce, fromBeside(apart)],
    ...options,
    metafile: true,
  });
  return { analyze, apart };
}

/**
 * The command itself, in CommonJS: node reads an ES module 5 ms later.
 * @param light the script of `analyze`.
 */
export const bundleCommand = (light: string, options: BuildOptions = {}): Promise<Bundled> =>
  build({
    ...shared,
    entryPoints: { cli: "src/cli/main.ts" },
    format: "cjs",
    plugins: [fullFromEsm],
    define: {
      SEAWORTHY_VERSION: versionText,
      SEAWORTHY_LIGHT: JSON.stringify(basename(light)),
      "import.meta.dirname": "__dirname",
    },
    ...options,
    metafile: true,
  });
