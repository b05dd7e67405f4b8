import { posix } from "node:path";
import { isTable, type Table, tableAt } from "../toml.ts";
import type { Tree, TreeProblem } from "../tree.ts";
import { examplesOf, readEnvFile } from "../env-files.ts";
import { readYaml, type YamlDocument } from "../yaml-file.ts";
import { filledFromAbove, interpolated, type Variables } from "./interpolate.ts";
import { merged, normal, plainText } from "./merge.ts";

/** Where Compose's files are read from. */
export interface ComposeSource {
  readonly tree: Tree;
  /** Text of a file relative to the service's folder, which may lie outside it. */
  readonly read: (file: string) => Promise<string | undefined>;
  /** The files that the team names; else those that Compose itself would read. */
  readonly files: readonly string[] | undefined;
}

/** One Compose service, its files laid over each other and its variables filled in. */
export interface ComposeEntry {
  readonly name: string;
  readonly where: string;
  /** What paths in it are relative to, itself relative to the service's folder. */
  readonly folder: string;
  readonly table: Table;
  readonly env: Readonly<Record<string, string>>;
  /** What was filled in by us or read elsewhere than Compose would, in words. */
  readonly remarks: readonly string[];
}

export interface ComposeProject {
  readonly files: readonly string[];
  readonly entries: ReadonlyMap<string, ComposeEntry>;
}

/** The names that Compose looks for, the first one wins. */
const NAMES = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

const isThere = async (read: ComposeSource["read"], file: string): Promise<boolean> => (await read(file)) !== undefined;

async function usualFiles({ read }: ComposeSource): Promise<readonly string[]> {
  for (const name of NAMES) {
    if (!(await isThere(read, name))) continue;
    const overrides = NAMES.map((one) => one.replace(/\.ya?ml$/, (ending) => `.override${ending}`));
    for (const over of overrides) if (await isThere(read, over)) return [name, over];
    return [name];
  }
  return [];
}

/** Reads the Compose files. Undefined when there are none, or a named one is not there. */
export async function readComposeProject(
  source: ComposeSource,
  problems: TreeProblem[],
): Promise<ComposeProject | undefined> {
  const files = source.files ?? (await usualFiles(source));
  const documents: YamlDocument[] = [];
  for (const file of files) {
    const text = await source.read(file);
    if (text === undefined) return undefined;
    documents.push(...(await readYaml(file, text, problems)));
  }
  const [first] = files;
  if (first === undefined || documents.length === 0) return undefined;
  const folder = posix.dirname(first);
  const environment = new EnvReader(source);
  const settings = await environment.read(posix.join(folder, ".env"), undefined);
  const raw = new RawServices(source, documents, problems);
  const entries = new Map<string, ComposeEntry>();
  for (const name of new Set(documents.flatMap(({ value }) => Object.keys(tableAt(value, "services"))))) {
    const found = await raw.service(name);
    if (found === undefined) continue;
    const remarks = new Set<string>();
    const variables = variablesOf(settings, remarks);
    const table = interpolated(found.table, variables) as Table;
    const env = await environment.of(table, { folder, variables, remarks });
    entries.set(name, { name, where: found.where, folder, table, env, remarks: [...remarks] });
  }
  return { files, entries };
}

/** What a variable without a value stands for: nobody's secret, and the same in the service and its sidecar. */
const THROW_AWAY = "throw-away-0123456789";
const SECRET = /PASS|PWD|SECRET|TOKEN|KEY/i;

export const isSecretName = (name: string): boolean => SECRET.test(name);

function variablesOf(settings: ReadonlyMap<string, string>, remarks: Set<string>): Variables {
  return {
    valueOf: (name) => settings.get(name),
    standIn(name) {
      remarks.add(`\`${name}\` is set in no tracked file: a value of ours stands for it`);
      if (isSecretName(name)) return THROW_AWAY;
      return /USER|NAME|DB|DATABASE/i.test(name) ? "proof" : "";
    },
  };
}

/** Services as the files write them, merged: overrides, and what `extends` names. */
class RawServices {
  readonly #source: ComposeSource;
  readonly #documents: readonly YamlDocument[];
  readonly #problems: TreeProblem[];

  constructor(source: ComposeSource, documents: readonly YamlDocument[], problems: TreeProblem[]) {
    this.#source = source;
    this.#documents = documents;
    this.#problems = problems;
  }

  async service(name: string): Promise<{ readonly where: string; readonly table: Table } | undefined> {
    let table: Table | undefined;
    let where = "";
    for (const document of this.#documents) {
      const found = await this.#in(document, name, 0);
      if (found === undefined) continue;
      const { file, line } = document.evidence(["services", name]);
      if (table === undefined) where = `${file}:${line}`;
      table = table === undefined ? found : merged(table, found);
    }
    return table === undefined ? undefined : { where, table };
  }

  async #in(document: YamlDocument, name: string, depth: number): Promise<Table | undefined> {
    const services = tableAt(document.value, "services");
    const own = Object.hasOwn(services, name) ? services[name] : undefined;
    if (!isTable(own)) return undefined;
    const { extends: wanted, ...rest } = own;
    const base = wanted === undefined || depth > 5 ? undefined : await this.#extended(document, wanted, depth);
    return base === undefined ? normal(rest) : merged(base, rest);
  }

  async #extended(document: YamlDocument, wanted: unknown, depth: number): Promise<Table | undefined> {
    const name = isTable(wanted) ? String(wanted["service"]) : String(wanted);
    const file = isTable(wanted) && typeof wanted["file"] === "string" ? wanted["file"] : undefined;
    if (file === undefined) return this.#in(document, name, depth + 1);
    const path = posix.join(posix.dirname(document.source.file), file);
    const text = await this.#source.read(path);
    const [other] = text === undefined ? [] : await readYaml(path, text, this.#problems);
    return other === undefined ? undefined : this.#in(other, name, depth + 1);
  }
}

/** Env files, and the environment that a service gets of them and of its own lines. */
class EnvReader {
  readonly #source: ComposeSource;

  constructor(source: ComposeSource) {
    this.#source = source;
  }

  async of(
    table: Table,
    { folder, variables, remarks }: { folder: string; variables: Variables; remarks: Set<string> },
  ): Promise<Readonly<Record<string, string>>> {
    const files = [table["env_file"]].flat().filter((one) => one !== undefined && one !== null);
    const values = new Map<string, string>();
    for (const one of files) {
      const path = plainText(isTable(one) ? one["path"] : one);
      const isAsked = !isTable(one) || one["required"] !== false;
      const read = await this.read(posix.join(folder, path), isAsked ? remarks : undefined);
      for (const [name, value] of read) values.set(name, value);
    }
    for (const [name, value] of Object.entries(tableAt(table, "environment"))) {
      // A name without a value is handed on from where Compose is called.
      const given = value === null ? variables.valueOf(name) : plainText(value);
      if (given !== undefined) values.set(name, given);
    }
    return Object.fromEntries(values);
  }

  async read(file: string, remarks: Set<string> | undefined): Promise<ReadonlyMap<string, string>> {
    const { tree, read } = this.#source;
    const candidates = tree.files.includes(file) ? [file] : examplesOf(file);
    for (const candidate of candidates) {
      const text = await read(candidate);
      if (text === undefined) continue;
      if (candidate !== file) remarks?.add(`git does not track ${file}: ${candidate} is read in its place`);
      return readEnvFile(text, filledFromAbove);
    }
    remarks?.add(`git does not track ${file}, and no example of it is there: it is not read`);
    return new Map();
  }
}
