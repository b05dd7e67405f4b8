/** How the sources are bundled: shared by the build and by the test that guards what `analyze` loads. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { wrapper } from "../src/cli/bytecode.ts";
import { build, type BuildOptions, type BuildResult, type Plugin } from "esbuild";

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

const EXAMPLES = /^ {2}examples: (?:\{.*\}|\{$[^]*?^ {2}\}|[^{\n]*),$/m;

/** The examples of rules are for their tests and the documentation: half of a rule's text, and `analyze` shows none. */
const withoutExamples: Plugin = {
  name: "without-examples",
  setup(bundler) {
    bundler.onLoad({ filter: /\/src\/rules\/[^/]+\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      return { contents: text.replace(EXAMPLES, "  examples: { bad: [], good: [] },"), loader: "ts" };
    });
  },
};

/** The command loads all but `analyze` from the ES modules beside it. */
export const fullFromEsm: Plugin = {
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

/** `analyze` alone, as one script. Its name holds its hash: bytecode that was kept for another one is never taken for its. */
export const bundleAnalyze = (options: BuildOptions = {}): Promise<BuildResult<{ metafile: true }>> =>
  build({
    ...shared,
    entryPoints: { analyze: "src/cli/light.ts" },
    entryNames: "[name]-[hash]",
    outExtension: { ".js": ".cjs" },
    format: "cjs",
    charset: "ascii",
    // A script that is compiled with `node:vm` may not call `import()`.
    supported: { "dynamic-import": false },
    define: { SEAWORTHY_VERSION: versionText },
    // Its ES module asks `import.meta.url`, which a script does not have: a pattern would end in an error.
    alias: { ...shared.alias, fdir: resolve("node_modules/fdir/dist/index.cjs") },
    plugins: [onlyEnglish, withoutExamples],
    minifyIdentifiers: true,
    banner: { js: wrapper.js },
    footer: { js: wrapper.end },
    ...options,
    metafile: true,
  });
