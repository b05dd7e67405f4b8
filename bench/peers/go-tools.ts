import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { run } from "../../src/kit/exec.ts";
import { PEERS } from "./install.ts";

/** Exact versions: what another version finds is another finding. */
const GO_TOOLS: Readonly<Record<string, { readonly module: string; readonly main: string; readonly version: string }>> =
  {
    "container-structure-test": {
      module: "github.com/GoogleContainerTools/container-structure-test",
      main: "/cmd/container-structure-test",
      version: "v1.22.1",
    },
    goss: { module: "github.com/goss-org/goss", main: "/cmd/goss", version: "v0.4.9" },
    dockle: { module: "github.com/goodwithtech/dockle", main: "/cmd/dockle", version: "v0.4.15" },
    dive: { module: "github.com/wagoodman/dive", main: "", version: "v0.13.1" },
    trivy: { module: "github.com/aquasecurity/trivy", main: "/cmd/trivy", version: "v0.69.0" },
  };

export interface GoTool {
  readonly name: string;
  readonly version: string;
  /** Absolute path; undefined when it could not be installed. */
  readonly program?: string;
  /** Why not, in the installer's own last words. */
  readonly missing?: string;
}

export const STRUCTURE_TEST = "container-structure-test";

/**
 * Compiles each peer once, whole or not at all. What does not compile here is returned with the reason.
 * @param wanted Names of those that are needed; all of them take a quarter of an hour.
 */
export async function installGoTools(wanted?: readonly string[]): Promise<readonly GoTool[]> {
  const tools: GoTool[] = [];
  for (const [name, { module, main, version }] of Object.entries(GO_TOOLS)) {
    if (wanted?.includes(name) === false) continue;
    const folder = resolve(PEERS, `${name}-${version}`);
    const program = join(folder, name);
    if (existsSync(join(folder, "whole"))) tools.push({ name, version, program });
    else tools.push({ name, version, ...(await installed(folder, { module, main, version, program })) });
  }
  return tools;
}

/** goss is copied into images of any kind, so it is static; trivy reads JSON with a package that Go 1.25 calls an experiment. */
const BUILD = { CGO_ENABLED: "0", GOEXPERIMENT: "jsonv2" };

interface Wanted {
  readonly module: string;
  readonly main: string;
  readonly version: string;
  readonly program: string;
}

/** In a module of its own that requires the exact version: `go install` would ask for the list of all versions, too. */
async function installed(folder: string, { module, main, version, program }: Wanted): Promise<Partial<GoTool>> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  process.stderr.write(`compiling ${module}@${version}\n`);
  const flags = ["-mod=mod", "-trimpath", "-ldflags", "-s -w", "-o", program];
  for (const args of [
    ["mod", "init", "peers"],
    ["mod", "edit", `-require=${module}@${version}`],
    ["build", ...flags, module + main],
  ]) {
    const { code, stderr } = await run("go", args, { cwd: folder, env: BUILD }).catch((error: unknown) => ({
      code: 1,
      stderr: String(error),
    }));
    if (code !== 0) return { missing: stderr.trim().split("\n").at(-1) ?? "no reason was given" };
  }
  await writeFile(join(folder, "whole"), `${module}${main}@${version}\n`);
  return { program };
}
