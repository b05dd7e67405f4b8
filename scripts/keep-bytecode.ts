import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setFlagsFromString } from "node:v8";
import type { StricliProcess } from "@stricli/core";
import { bytecodeFile, FLAGS, Scripts } from "../src/cli/bytecode.ts";
import { run } from "../src/kit/exec.ts";
import { healthy } from "../src/rules/queries/example.ts";

const EXAMPLES: Readonly<Record<string, string>> = {
  "reactbin-api": "examples/reactbin-api",
  ragstar: "examples/ragstar",
  "benchling-webhook": "examples/benchling-webhook/docker",
};

const PACKAGES = ["fastapi", "uvicorn"].map(
  (name) => `[[package]]
name = "${name}"
version = "1.0"
source = { registry = "https://example.org/simple" }
dependencies = [
    { name = "uvicorn", marker = "sys_platform != 'win32'" },
]
sdist = { url = "https://example.org/${name}.tar.gz", hash = "sha256:00", size = 1 }
wheels = [
    { url = "https://example.org/${name}.whl", hash = "sha256:00", size = 1 },
]
`,
);
const LOCK = `version = 1\nrequires-python = ">=3.12"\n\n${PACKAGES.join("\n")}`;

/** Steps that many Dockerfiles have, and those of our examples have not. */
const STEPS = `ARG RELEASE
LABEL org.opencontainers.image.version="$RELEASE" \\
      org.opencontainers.image.title="A service"
# What the extensions are linked with.
RUN apt-get update && \\
    apt-get install -y --no-install-recommends \\
      libpq5 \\
      libxml2 && \\
    rm -rf /var/lib/apt/lists/*
RUN set -eu; \\
    for name in data cache; do \\
      if [ ! -d "/srv/$name" ]; then mkdir -p "/srv/$name"; else echo "kept $name" >&2; fi; \\
    done
ENV PAGE_SIZE=20 \\
    PAGE_MODE=strict
COPY app/__init__.py /srv/data/
RUN test -d /srv && echo "$RELEASE" > /srv/release.txt
`;

/** What only the full grammar of Python reads. */
const CASES = "match [1]:\n    case [first, *_]:\n        print(first)\n";

/**
 * Analyses the usual services once, so that the functions that they need are compiled, and keeps what was compiled
 * beside each script. A function that is missing is compiled at each start again; one that nobody needs costs a tenth
 * of that.
 * @param file the script of `analyze`.
 */
export async function keepBytecode(file: string): Promise<void> {
  const scripts = new Scripts(createRequire(file));
  const { start } = scripts.load(file) as typeof import("../src/cli/light.ts");
  const silent = { write: () => {} };
  const quiet: StricliProcess = { stdout: silent, stderr: silent, env: {} };
  const folder = mkdtempSync(join(tmpdir(), "seaworthy-build-"));
  // What was compiled stays, however long ago it ran.
  setFlagsFromString("--no-flush-bytecode");
  for (const place of [...(await usualServices(folder)), join(folder, "*")]) await start(["analyze", place], quiet);
  process.exitCode = 0;
  // Bytecode is for the flags of the moment in which it is written.
  setFlagsFromString("--flush-bytecode");
  for (const [each, script] of scripts.compiled) writeFileSync(bytecodeFile(each), script.createCachedData());
  rmSync(folder, { recursive: true });
}

/**
 * The same in a process of its own, which begins with the flags: one that compiled for the processor before they were
 * set may end with a segmentation fault.
 * @throws Error with what node said, when it fails.
 */
export async function keepBytecodeApart(file: string): Promise<void> {
  const keep = `import { keepBytecode } from ${JSON.stringify(import.meta.url)}; await keepBytecode(process.argv[1]);`;
  const words = [...FLAGS, "--import", "tsx", "--input-type=module", "--eval", keep, file];
  const { code, stderr } = await run(process.execPath, words);
  if (code !== 0) throw new Error(`No bytecode of ${file}, node ended with ${code}:\n${stderr}`);
}

/** Our examples as they usually are where `analyze` runs: with a lock, in a git repository (where there is git). */
async function usualServices(folder: string): Promise<readonly string[]> {
  const well = join(folder, "well-built");
  writeService(well, healthy);
  const modern = join(folder, "modern");
  writeService(modern, { ...healthy, "app/main.py": `${healthy["app/main.py"] ?? ""}${CASES}` });
  const services = Object.entries(EXAMPLES).map(([name, example]) => {
    const service = join(folder, name);
    cpSync(example, service, { recursive: true });
    writeFileSync(join(service, "uv.lock"), LOCK);
    return service;
  });
  for (const service of [well, modern, ...services])
    for (const args of [
      ["init", "-q"],
      ["add", "."],
    ])
      await run("git", args, { cwd: service }).catch(() => undefined);
  return [well, modern, ...services];
}

function writeService(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content.replace(/^USER/m, `${STEPS}USER`));
  }
}
