import { dirname, relative, resolve } from "node:path";
import { run } from "../../src/kit/exec.ts";

/** What each tool says: the ids of its rules, for each Dockerfile by its whole path. */
export type Said = ReadonlyMap<string, ReadonlySet<string>>;
export type Tool = (dockerfiles: readonly string[]) => Promise<Said>;

/** The tools that are there, with how each is asked in its default configuration. */
export function toolsOf(bins: Readonly<Record<string, string>>): Readonly<Record<string, Tool>> {
  const known: Readonly<Record<string, (bin: string) => Tool>> = {
    hadolint: (bin) => (files) => hadolint(bin, files),
    tally: (bin) => (files) => tally(bin, files),
    checkov: (bin) => (files) => checkov(bin, files),
    dockerfilelint: (bin) => (files) => dockerfilelint(bin, files),
    "dockerfile-utils": (bin) => (files) =>
      each(files, (file) => lines(bin, ["lint", file], /^(?:Warning|Error|Information): (.*)/gm)),
  };
  const entries = Object.entries(bins).flatMap(([name, bin]) => {
    const tool = known[name];
    return tool === undefined ? [] : [[name, tool(bin)] as const];
  });
  return Object.fromEntries(entries);
}

/** Ours, in one call. */
export const seaworthy: Tool = async (files) => {
  const out = await output(process.execPath, ["dist/cli.js", "analyze", "--format", "json", ...files]);
  interface Service {
    readonly judged: boolean;
    readonly folder: string;
    readonly dockerfile?: string;
    readonly findings: readonly { readonly rule: string }[];
  }
  const { services } = JSON.parse(out) as { readonly services: readonly Service[] };
  const refused = services.find(({ judged }) => !judged);
  if (refused !== undefined) throw new Error(`seaworthy refuses ${JSON.stringify(refused)}`);
  return grouped(
    files,
    services.flatMap(({ folder, dockerfile = "Dockerfile", findings }) =>
      findings.map(({ rule }) => [resolve(folder, dockerfile), rule] as const),
    ),
  );
};

async function hadolint(bin: string, files: readonly string[]): Promise<Said> {
  const said = JSON.parse(await output(bin, ["--format", "json", ...files])) as readonly {
    file: string;
    code: string;
  }[];
  return grouped(
    files,
    said.map(({ file, code }) => [resolve(file), code] as const),
  );
}

/** One call for each: tally sees one build context at a time. */
async function tally(bin: string, files: readonly string[]): Promise<Said> {
  return each(files, async (file) => {
    const flags = ["lint", "--format", "json", "--slow-checks=off", "--context", dirname(file), file];
    interface Result {
      readonly files: readonly { readonly violations: readonly { readonly rule: string }[] }[];
    }
    // A file that it cannot parse ends it: kind to it, that counts as having found what is wrong.
    const out = await output(bin, flags).catch((error: unknown) => {
      if (error instanceof Error && error.message.includes("failed to lint")) return undefined;
      throw error;
    });
    if (out === undefined) return ["refuses the file"];
    const { files: found } = JSON.parse(out) as Result;
    return found.flatMap(({ violations }) => violations.map(({ rule }) => rule));
  });
}

async function checkov(bin: string, files: readonly string[]): Promise<Said> {
  interface Result {
    readonly results?: {
      readonly failed_checks: readonly { readonly check_id: string; readonly file_abs_path: string }[];
    };
  }
  const asked = files.flatMap((file) => ["--file", file]);
  const flags = ["--framework", "dockerfile", "--output", "json", "--compact", "--quiet", "--skip-download"];
  const parsed = JSON.parse(await output(bin, [...asked, ...flags])) as Result | readonly Result[];
  const results: readonly Result[] = Array.isArray(parsed) ? parsed : [parsed as Result];
  return grouped(
    files,
    results.flatMap(({ results: one }) =>
      (one?.failed_checks ?? []).map(({ check_id: id, file_abs_path: file }) => [resolve(file), id] as const),
    ),
  );
}

async function dockerfilelint(bin: string, files: readonly string[]): Promise<Said> {
  return each(files, async (file) => {
    // It ends with a stack trace at a HEALTHCHECK without options; then it has said nothing.
    const out = await output(bin, ["--output", "json", file]).catch(() => "");
    if (!out.startsWith("{")) return [];
    interface Result {
      readonly files: readonly { readonly issues: readonly { readonly title: string }[] }[];
    }
    return (JSON.parse(out) as Result).files.flatMap(({ issues }) => issues.map(({ title }) => title));
  });
}

async function lines(bin: string, args: readonly string[], pattern: RegExp): Promise<readonly string[]> {
  const out = await output(bin, args);
  return [...out.matchAll(pattern)].map(([, text = ""]) => text);
}

async function each(files: readonly string[], ask: (file: string) => Promise<readonly string[]>): Promise<Said> {
  const said = new Map<string, ReadonlySet<string>>();
  for (const file of files) said.set(resolve(file), new Set(await ask(file)));
  return said;
}

function grouped(files: readonly string[], said: readonly (readonly [file: string, id: string])[]): Said {
  const sets = new Map(files.map((file) => [resolve(file), new Set<string>()]));
  for (const [file, id] of said) {
    const set = sets.get(file);
    if (set === undefined) throw new Error(`${relative(".", file)} was not asked about`);
    set.add(id);
  }
  return sets;
}

/** A linter that finds something ends with 1 or more: what counts is that it printed. */
async function output(bin: string, args: readonly string[]): Promise<string> {
  const { stdout, stderr, code } = await run(bin, args, { keepBytes: 64_000_000 });
  if (stdout.trim() === "" && code !== 0) throw new Error(`${bin} ended with ${code}:\n${stderr.slice(-1500)}`);
  return stdout;
}
