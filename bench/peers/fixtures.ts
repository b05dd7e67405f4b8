import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { run } from "../../src/kit/exec.ts";
import type { Project } from "../../src/rules/rule.ts";
import { defects } from "../../test/one-defect/table.ts";
import { PEERS } from "./install.ts";

export interface Pair {
  readonly id: string;
  readonly problem: string;
  readonly rules: readonly string[];
  readonly bad: string;
  readonly twin: string;
}

/** Every one-defect service and its twin, written out as folders of one repository. */
export async function writePairs(): Promise<readonly Pair[]> {
  const root = resolve(PEERS, "fixtures");
  rmSync(root, { recursive: true, force: true });
  const pairs = defects.map(({ id, problem, rules, bad, twin }) => ({
    id,
    problem,
    rules,
    bad: writeProject(join(root, id, "bad"), bad),
    twin: writeProject(join(root, id, "twin"), twin),
  }));
  await repositoryOf(root);
  return pairs;
}

/** @returns the path of its Dockerfile. */
export function writeProject(folder: string, project: Project): string {
  for (const [name, content] of Object.entries(project)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    // What begins as a script is one, and a build takes its mode as it lies.
    writeFileSync(join(folder, name), content, { mode: content.startsWith("#!") ? 0o755 : 0o644 });
  }
  return join(folder, "Dockerfile");
}

/** Everything in the folder, in one commit. */
export async function repositoryOf(folder: string): Promise<void> {
  const author = ["-c", "user.name=bench", "-c", "user.email=bench@example.invalid"];
  for (const args of [
    ["init", "-q"],
    ["add", "--all", "--force"],
    [...author, "commit", "-q", "-m", "fixtures"],
  ]) {
    const { code, stderr } = await run("git", ["-C", folder, ...args]);
    if (code !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}`);
  }
}

const EXAMPLES = ".lab/examples";

export interface Example {
  readonly name: string;
  /** The Dockerfile that ships today. */
  readonly before: string;
  /** The one that the rework renders, in a copy of the service. */
  readonly after: string;
}

/** Our three services: before, and reworked without a registry, with stand-in digests where the lock has none. */
export async function reworkedExamples(): Promise<readonly Example[]> {
  const examples: Example[] = [];
  for (const [name, folder] of Object.entries(servicesOf(EXAMPLES))) {
    const { stdout, stderr } = await run(process.execPath, ["dist/cli.js", "rework", "--offline", "--json", folder], {
      keepBytes: 64_000_000,
    });
    if (stdout === "") throw new Error(`rework of ${name}: ${stderr}`);
    interface Rework {
      readonly files: readonly { readonly path: string; readonly content: string; readonly mode?: string }[];
    }
    const { files } = JSON.parse(stdout) as Rework;
    const whole = resolve(PEERS, "reworked", name);
    rmSync(whole, { recursive: true, force: true });
    // The whole example: what lies beside the service's folder, such as a task definition, belongs to it.
    cpSync(join(EXAMPLES, name), whole, { recursive: true, filter: (path) => !/\/(?:\.git|\.seaworthy)$/.test(path) });
    const copy = join(whole, relative(join(EXAMPLES, name), folder));
    let after = "";
    for (const { path, content, mode } of files) {
      if (mode === "block") continue;
      const isDockerfile = /(?:^|\/)Dockerfile(?:\.\w+)?$/.test(path) && !path.endsWith(".dockerignore");
      mkdirSync(dirname(join(copy, path)), { recursive: true });
      writeFileSync(join(copy, path), isDockerfile ? withDigests(content) : content);
      if (isDockerfile) after = join(copy, path);
    }
    await repositoryOf(whole);
    const before = ["Dockerfile.before", "Dockerfile"].map((file) => resolve(folder, file)).find(existsSync) ?? "";
    examples.push({ name, before, after });
  }
  return examples;
}

/** Name and folder of each service of the examples. */
function servicesOf(root: string): Readonly<Record<string, string>> {
  if (!existsSync(root)) return {};
  const names = readdirSync(root).filter((name) => !name.startsWith(".") && !name.endsWith("-as-found"));
  return Object.fromEntries(
    names.flatMap((name) => {
      const folder = [join(root, name), join(root, name, "docker")].find((one) =>
        existsSync(join(one, "pyproject.toml")),
      );
      return folder === undefined ? [] : [[name, folder] as const];
    }),
  );
}

const withDigests = (text: string): string =>
  text.replaceAll(
    /^(FROM (?:--\S+ )?|COPY --from=|# syntax=)([\w./-]+:[\w.-]+)(?![\w.@:-])/gm,
    `$1$2@sha256:${"a".repeat(64)}`,
  );
