import { existsSync, readFileSync, rmSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { globSync } from "tinyglobby";
import { run } from "../src/kit/exec.ts";

/** Writes the library's types beside its code, and keeps the files that they need: five of six describe what is bundled. */
export async function declareTypes(folder: string): Promise<void> {
  const { code, stdout } = await run("node_modules/.bin/tsc", ["-p", "tsconfig.build.json", "--outDir", folder]);
  if (code !== 0) throw new Error(`The types cannot be written:\n${stdout}`);
  const needed = new Set<string>();
  follow(resolve(folder, "index.d.ts"), needed);
  for (const file of globSync("**/*.d.ts", { cwd: folder, absolute: true })) if (!needed.has(file)) rmSync(file);
}

function follow(file: string, seen: Set<string>): void {
  if (seen.has(file) || !existsSync(file)) return;
  seen.add(file);
  for (const [, from = ""] of readFileSync(file, "utf8").matchAll(/(?:from |import\()"(\.[^"]+)"/g))
    follow(resolve(dirname(file), from.replace(/\.tsx?$/, ".d.ts")), seen);
}
