import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { run } from "../../src/kit/exec.ts";
import { bundleAnalyze } from "../../scripts/bundle.ts";

/** More than this is a sign that something heavy came in; the CPU is measured by `bench/analyze.ts`. */
const MOST_BYTES = 1_100_000;
const AUTHOR = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
const HEAVY =
  /node_modules\/(?:zod|listr2|preact|tar-stream|d3-|diff|fzstd)|src\/(?:engine|probes|planner|reporters(?!\/view)|profiles)\//;

const { metafile, outputFiles } = await bundleAnalyze({ write: false });
const [output] = Object.values(metafile.outputs);
const code = outputFiles?.[0]?.text ?? "";

it("loads nothing for `analyze` that only other commands need", () => {
  const loaded = Object.entries(output?.inputs ?? {}).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  expect(loaded.length).toBeGreaterThan(100);
  expect(loaded.map(([file]) => file).filter((file) => HEAVY.test(file))).toEqual([]);
});

it("is one script below a size, in ASCII", () => {
  expect(outputFiles).toHaveLength(1);
  expect(code.length).toBeLessThan(MOST_BYTES);
  expect(Buffer.byteLength(code)).toBe(code.length);
  // A script that is compiled from bytecode cannot load modules by `import()`.
  expect(output?.imports.filter(({ kind }) => kind === "dynamic-import")).toEqual([]);
});

it("leaves out the rules' examples, and nothing else of a rule", () => {
  expect(code.match(/examples:\{bad:\[\],good:\[\]\}/g)?.length).toBeGreaterThan(80);
  expect(code.match(/examples:\{bad:\[[^\]]/g)).toBeNull();
  expect(code.match(/provenBy:\[/g)).toHaveLength(code.match(/examples:\{bad/g)?.length ?? 0);
});

/** The bundled command, called in a folder with a service. */
async function started(...words: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  const folder = mkdtempSync(join(tmpdir(), "seaworthy-light-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "Dockerfile"), "FROM python:3.13-slim\nCOPY . .\nCMD python app.py\n");
  writeFileSync(join(folder, "app.py"), "print('here')\n");
  for (const args of [
    ["init", "-q"],
    ["add", "."],
    [...AUTHOR, "commit", "-qm", "first"],
  ])
    expect(await run("git", args, { cwd: folder })).toMatchObject({ code: 0 });
  writeFileSync(join(folder, "analyze.cjs"), `${code}(exports, require, module);`);
  const start = `require("./analyze.cjs").start(["analyze", ...${JSON.stringify(words)}], process)`;
  const loaded = "() => console.error(process.moduleLoadList.join(' '))";
  return run(process.execPath, ["-e", `${start}.then(${loaded})`], { cwd: folder });
}

it("runs alone, and loads nothing of node that a plain repository does not need", async () => {
  const { stdout, stderr } = await started(".");
  expect(stdout).toContain("runs-as-root");
  const loaded = stderr.split(" ").map((name) => name.replace("NativeModule ", ""));
  expect(loaded).toContain("fs");
  expect(loaded.filter((name) => /^(?:child_process|crypto|readline|perf_hooks|zlib|http)$/.test(name))).toEqual([]);
});

it("finds services by a pattern as a script, too", async () => {
  const { stdout, stderr } = await started("**/Docker*");
  expect(stderr).not.toContain("This is a bug");
  expect(stdout).toContain("Dockerfile:1  error  runs-as-root");
});
