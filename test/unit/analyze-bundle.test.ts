import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bundleAnalyze, bundleCommand, fileOf } from "../../scripts/bundle.ts";
import { keepBytecodeApart } from "../../scripts/keep-bytecode.ts";
import { TEXT_FIELDS, textsOfRules, withoutTexts } from "../../scripts/rule-texts.ts";
import { run } from "../../src/kit/exec.ts";
import { rules } from "../../src/rules/index.gen.ts";
import type { Rule } from "../../src/rules/rule.ts";
import { healthcheck, slim, startLine, syncLine } from "../../src/rules/queries/example.ts";

/** More than this is a sign that something heavy came in; the CPU is measured by `bench/analyze.ts`. */
const MOST_BYTES = 850_000;
const AUTHOR = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
const HEAVY =
  /node_modules\/(?:zod|listr2|preact|tar-stream|d3-|diff|fzstd|yaml|@lezer|tinyglobby|picomatch)|src\/(?:engine|probes|planner|reporters(?!\/view)|profiles)\//;

const folder = mkdtempSync(join(tmpdir(), "seaworthy-light-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, "package.json"), '{ "type": "commonjs" }\n');
const { analyze, apart } = await bundleAnalyze({ outdir: folder });
const [output] = Object.values(analyze.metafile.outputs);
const file = resolve(fileOf(analyze));
const code = readFileSync(file, "utf8");

it("loads nothing for `analyze` that only other commands or few services need", () => {
  const loaded = Object.entries(output?.inputs ?? {}).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  expect(loaded.length).toBeGreaterThan(100);
  expect(loaded.map(([input]) => input).filter((input) => HEAVY.test(input))).toEqual([]);
});

it("is one script below a size, in ASCII, with others beside it", () => {
  expect(code.length).toBeLessThan(MOST_BYTES);
  expect(Buffer.byteLength(code)).toBe(code.length);
  const beside = output?.imports.filter(({ path }) => path.startsWith("./")).map(({ path }) => path);
  expect(new Set(beside)).toEqual(new Set(Object.values(apart).map((one) => `./${basename(fileOf(one))}`)));
  // A script that is compiled from bytecode cannot load modules by `import()`.
  const imports = [analyze, ...Object.values(apart)].flatMap(({ metafile }) =>
    Object.values(metafile.outputs).flatMap((each) => each.imports),
  );
  expect(imports.filter(({ kind }) => kind === "dynamic-import")).toEqual([]);
});

it("leaves out the rules' examples, and keeps their texts beside", () => {
  expect(code.match(/examples:\{bad/g)).toBeNull();
  expect(code.match(/__proto__:/g)?.length).toBe(rules.length);
  // What they are put together from: a start would write the whole healthy service.
  const parts = [slim, syncLine, healthcheck, startLine].flatMap((part) => part.trim().split("\n"));
  expect(parts.filter((line) => code.includes(line))).toEqual([]);
});

it("gives all of a rule but its examples, from the script beside", async () => {
  const outfile = join(folder, "rules.cjs");
  const plugins = [withoutTexts, textsOfRules];
  const entryPoints = ["src/rules/index.gen.ts"];
  await build({ entryPoints, outfile, plugins, bundle: true, platform: "node", format: "cjs" });
  const bundled = (createRequire(import.meta.url)(outfile) as { readonly rules: readonly Rule[] }).rules;
  const FIELDS = [...TEXT_FIELDS, "id", "demand", "severity", "confidence"] as const;
  const all = (rule: Rule) => [rule.check.name, ...FIELDS.map((field) => rule[field])];
  expect(bundled.map(all)).toEqual(rules.map(all));
  // Nearly all lie beside: a rule has its own only where it puts a text together.
  expect(bundled.flatMap((rule) => TEXT_FIELDS.filter((field) => Object.hasOwn(rule, field))).length).toBeLessThan(20);
});

/**
 * Tells at the end what was loaded of node, whether node had to find out by itself that nothing is left to do, and how
 * much more of each script is compiled than its bytecode brought.
 */
const WITNESS = `
const fs = require("node:fs"), vm = require("node:vm");
const scripts = [];
vm.Script = class extends vm.Script {
  constructor(source, options) {
    super(source, options);
    const kept = options.cachedData?.length ?? 0;
    scripts.push({ name: require("node:path").basename(options.filename).split("-")[0], kept, script: this });
  }
};
let waited = false;
process.on("beforeExit", () => (waited = true));
process.on("exit", () => {
  const told = scripts.map(({ name, kept, script }) => ({
    name,
    taken: kept > 0 && !script.cachedDataRejected,
    compiled: script.createCachedData().length - kept,
  }));
  const modules = process.moduleLoadList.map((name) => name.replace("NativeModule ", ""));
  fs.writeFileSync(process.env.WITNESS, JSON.stringify({ scripts: told, modules, waited }));
});
`;
interface Witnessed {
  readonly scripts: ReadonlyArray<{ readonly name: string; readonly taken: boolean; readonly compiled: number }>;
  readonly modules: readonly string[];
  readonly waited: boolean;
}

beforeAll(async () => {
  await bundleCommand(file, { outdir: folder });
  await keepBytecodeApart(file);
  writeFileSync(join(folder, "witness.cjs"), WITNESS);
}, 60_000);

const POOR = { Dockerfile: "FROM python:3.13-slim\nCOPY . .\nCMD python app.py\n", "app.py": "print('here')\n" };

/** The bundled command, called in a repository with these files. */
async function analyzed(
  service: string,
  ...words: readonly string[]
): Promise<{ stdout: string; stderr: string } & Witnessed> {
  for (const args of [
    ["init", "-q"],
    ["add", "."],
    [...AUTHOR, "commit", "-qm", "first"],
  ])
    expect(await run("git", args, { cwd: service })).toMatchObject({ code: 0 });
  const witness = join(service, ".git", "witness.json");
  const command = ["-r", join(folder, "witness.cjs"), join(folder, "cli.js"), "analyze", ...words];
  const { stdout, stderr } = await run(process.execPath, command, { cwd: service, env: { WITNESS: witness } });
  return { stdout, stderr, ...(JSON.parse(readFileSync(witness, "utf8")) as Witnessed) };
}

function serviceOf(name: string, files: Readonly<Record<string, string>>): string {
  const service = join(folder, name);
  mkdirSync(service);
  for (const [path, content] of Object.entries(files)) writeFileSync(join(service, path), content);
  return service;
}

it("runs alone, and loads nothing of node that a plain repository does not need", async () => {
  const { stdout, modules, scripts, waited } = await analyzed(serviceOf("poor", POOR), ".");
  expect(stdout).toContain("runs-as-root");
  expect(modules).toContain("fs");
  expect(
    modules.filter((name) =>
      /^(?:child_process|crypto|readline|perf_hooks|zlib|http|net|os|v8|stream|internal\/abort_controller)$/.test(name),
    ),
  ).toEqual([]);
  expect(scripts).toMatchObject([
    { name: "analyze", taken: true },
    { name: "texts", taken: true },
  ]);
  expect(waited).toBe(false);
});

it("goes on to its own exit code when nobody reads what it says", async () => {
  const call = `"$0" "$1" analyze "$2"`;
  const words = [process.execPath, join(folder, "cli.js"), serviceOf("unread", POOR)];
  const { stdout } = await run("bash", ["-c", `${call} | true; echo "\${PIPESTATUS[0]}"`, ...words]);
  expect(stdout).toBe("1\n");
  expect(await run("bash", ["-c", `${call} 2>&1 >&- | cat`, ...words])).toMatchObject({ code: 0, stdout: "" });
});

/** Bytes of bytecode, for functions that one service needs and the usual ones do not; without any it would be a megabyte. */
const FEW = 30_000;

it("finds in the bytecode what a usual service needs: its scripts are taken, and little more is compiled", async () => {
  const service = join(folder, "ragstar");
  cpSync("examples/ragstar", service, { recursive: true });
  const { stdout, scripts } = await analyzed(service);
  expect(stdout).toContain("Dockerfile");
  expect(scripts).toMatchObject([
    { name: "analyze", taken: true },
    { name: "yaml", taken: true },
    { name: "texts", taken: true },
  ]);
  for (const { compiled } of scripts) expect(compiled).toBeLessThan(FEW);
});

it("asks for the grammar of Python and for patterns where they are needed", async () => {
  const files = { ...POOR, "app.py": "match [1]:\n    case [x, *_] if (y := x):\n        print(y)\n" };
  const { stdout, stderr, scripts } = await analyzed(serviceOf("modern", files), "**/Docker*");
  expect(stderr).not.toContain("This is a bug");
  expect(stdout).toContain("Dockerfile:1  error  runs-as-root");
  expect(scripts.map(({ name }) => name)).toEqual(["analyze", "glob", "python", "texts"]);
});

it("compiles its scripts where there is no bytecode for this node", async () => {
  const bare = serviceOf("no-bytecode", {});
  const beside = Object.values(apart).map((one) => basename(fileOf(one)));
  for (const name of ["package.json", "cli.js", basename(file), ...beside])
    cpSync(join(folder, name), join(bare, name));
  const command = [join(bare, "cli.js"), "analyze", serviceOf("plain", POOR)];
  const { code: exit, stdout } = await run(process.execPath, command);
  expect(exit).toBe(1);
  expect(stdout).toContain("runs-as-root");
});
