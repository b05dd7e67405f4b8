import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../src/kit/exec.ts";
import type { Report } from "../src/model/types.ts";
import { inTurn, row, say } from "./measure.ts";

const TIMED_IMPORT =
  "import sys, time, importlib; importlib.import_module(sys.argv[1]); print(time.process_time() * 1000)";

/**
 * Start-up CPU: what Python spends until the application's module is imported, without serving a request. The reworked
 * image, the same without bytecode for the standard library, and without any. Each variant is the reworked image with
 * files removed, nothing else.
 * @throws Error when the report has no reworked image or no module to import.
 */
export async function benchBytecode(report: Report): Promise<void> {
  const { image } = report.after;
  const module = report.service.application?.value.module;
  if (image === undefined) throw new Error("The reworked image was not built: nothing to measure.");
  if (module === undefined) throw new Error("The analysis found no application module to import.");
  const without = (where: string) => `RUN find ${where} -name __pycache__ -prune -exec rm -rf {} +`;
  const all = {
    "app + venv + standard library": "",
    "without the standard library's": without("/usr/lib /usr/local/lib"),
    "without any": without("/usr/lib /usr/local/lib /app /opt"),
  };
  const folder = await mkdtemp(join(tmpdir(), "seaworthy-bench-"));
  const tags: string[] = [];
  try {
    const measures: Record<string, () => Promise<number>> = {};
    for (const [index, [name, line]] of Object.entries(all).entries()) {
      const tag = `seaworthy/bench:${process.pid}-${index}`;
      await writeFile(join(folder, "Dockerfile"), `FROM ${image.tag}\nUSER 0\n${line}\nUSER ${report.contract.uid}\n`);
      await must(["build", "-q", "-t", tag, folder]);
      tags.push(tag);
      measures[name] = () => importOnce(tag, module, report);
    }
    say(`\nStart-up CPU: importing ${module} in the reworked image, with bytecode for`);
    for (const [name, samples] of Object.entries(await inTurn(measures, 7))) say(row(name, samples, "ms"));
  } finally {
    for (const tag of tags) await run("docker", ["rmi", "-f", tag]);
    await rm(folder, { recursive: true, force: true });
  }
}

async function importOnce(tag: string, module: string, { contract }: Report): Promise<number> {
  const env = contract.env.flatMap(({ name, example }) => ["-e", `${name}=${example}`]);
  const out = await must([
    "run",
    "--rm",
    "--read-only",
    ...env,
    "--entrypoint",
    "python",
    tag,
    "-c",
    TIMED_IMPORT,
    module,
  ]);
  return Number(out.trim().split("\n").at(-1));
}

async function must(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run("docker", args);
  if (code !== 0) throw new Error(`docker ${args[0]} ended with ${code}:\n${stderr}`);
  return stdout;
}
