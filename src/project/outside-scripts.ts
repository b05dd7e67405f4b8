import type { StartCommand } from "../model/types.ts";
import { readEnvFile } from "./env-files.ts";
import { filledFromAbove } from "./stack/interpolate.ts";
import { addGrace, addProbe, addScript, addStart, type Outside } from "./outside.ts";
import { readCi } from "./outside-ci.ts";
import { allRecipes, MAKEFILES } from "./makefile.ts";
import { SourceText } from "./source-text.ts";
import { startOf } from "./starts.ts";
import { isTable, valueAt } from "./toml.ts";
import type { Tree, TreeProblem } from "./tree.ts";
import { unwrapShell } from "./unwrap.ts";
import { readYaml } from "./yaml-file.ts";

/** Procfile, Makefile, CI, devcontainer, CDK sources and example environments. */
export async function readScripts(tree: Tree, outside: Outside, problems: TreeProblem[]): Promise<void> {
  readProcfile(tree, outside);
  readMakefile(tree, outside);
  await readCi(tree, outside, problems);
  await readDevcontainer(tree, outside, problems);
  readCdk(tree, outside);
  readExamples(tree, outside);
}

const PROCESS_ROLES: Readonly<Record<string, StartCommand["role"]>> = {
  web: "web",
  worker: "worker",
  beat: "beat",
  clock: "beat",
  scheduler: "beat",
  release: "migrate",
};

function readProcfile(tree: Tree, outside: Outside): void {
  const text = tree.read("Procfile");
  if (text === undefined) return;
  const source = new SourceText("Procfile", text);
  for (const match of text.matchAll(/^([\w-]+):[ \t]*(\S.*)$/gm)) {
    const [, name = "", written = ""] = match;
    const unwrapped = unwrapShell(written);
    const role = Object.hasOwn(PROCESS_ROLES, name) ? PROCESS_ROLES[name] : undefined;
    const start = startOf("procfile", { written, evidence: source.at(match.index) }, "shell", unwrapped);
    outside.starts.push({ ...start, role: role ?? start.role });
  }
}

function readMakefile(tree: Tree, outside: Outside): void {
  const file = MAKEFILES.find((each) => tree.files.includes(each));
  const text = file === undefined ? undefined : tree.read(file);
  if (file === undefined || text === undefined) return;
  const source = new SourceText(file, text);
  for (const { line, text: recipe } of allRecipes(text))
    addScript(outside, "makefile", recipe, () => source.onLine(line));
}

async function readDevcontainer(tree: Tree, outside: Outside, problems: TreeProblem[]): Promise<void> {
  const file = [".devcontainer/devcontainer.json", ".devcontainer.json"].find((each) => tree.files.includes(each));
  const text = file === undefined ? undefined : tree.read(file);
  if (file === undefined || text === undefined) return;
  const plain = withoutComments(text).replaceAll(/,(\s*[}\]])/g, "$1");
  for (const document of await readYaml(file, plain, problems)) {
    for (const key of ["postCreateCommand", "postStartCommand", "postAttachCommand", "updateContentCommand"]) {
      const written = valueAt(document.value, key);
      const scripts = isTable(written) ? Object.values(written) : [written];
      for (const script of scripts.map(lineOf))
        addScript(outside, "devcontainer", script, () => document.evidence([key]));
    }
  }
}

/** JSON with comments as JSON; every line keeps its number. */
const withoutComments = (text: string): string =>
  text.replaceAll(/"(?:\\.|[^"\\\n])*"|\/\/.*|\/\*[\s\S]*?\*\//g, (part) =>
    part.startsWith('"') ? part : part.replaceAll(/[^\n]/g, ""),
  );

/** A command for the shell, or a list of words for none. */
function lineOf(command: unknown): string {
  if (typeof command === "string") return command;
  return Array.isArray(command) ? command.map((word) => `'${String(word).replaceAll("'", "")}'`).join(" ") : "";
}

/** Sources that may describe a deployment, by their names or folders: a front end has thousands of others. */
const INFRASTRUCTURE =
  /(?:(?:^|\/)(?:cdk|infra|deploy|lib|bin)[^/]*\/(?:[^/]+\/)*[^/]+|stack[^/]*|cdk[^/]*)\.(?:ts|js|py)$/;

const STOP_TIMEOUT = /\bstop_?[tT]imeout\s*[:=]\s*(?:\w+\.)?Duration\.(seconds|minutes)\(\s*(\d+)\s*\)/g;

/** Lists of texts after `command` and `entryPoint` in the source of an infrastructure program, whatever its language. */
function readCdk(tree: Tree, outside: Outside): void {
  for (const file of tree.files) {
    if (!INFRASTRUCTURE.test(file.toLowerCase()) || file.includes("node_modules/")) continue;
    const text = tree.read(file);
    if (text === undefined || !/aws-cdk-lib|aws_cdk/.test(text)) continue;
    const source = new SourceText(file, text);
    for (const match of text.matchAll(/\b(command|entryPoint|entry_point)\s*[:=]\s*(\[)/g)) {
      const words = literalsFrom(text, match.index + match[0].length);
      const evidence = source.at(match.index);
      if (/^CMD(?:-SHELL)?$/.test(words[0] ?? "")) addProbe(outside, "cdk", words, { evidence });
      else addStart(outside, tree, "cdk", { command: words, evidence });
    }
    for (const match of text.matchAll(STOP_TIMEOUT))
      addGrace(outside, Number(match[2]) * (match[1] === "minutes" ? 60 : 1), source.at(match.index));
  }
}

/** String literals up to the closing bracket; anything else in the list ends the reading. */
function literalsFrom(text: string, from: number): readonly string[] {
  const words: string[] = [];
  const pattern = /\s*(?:,\s*)?(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/y;
  pattern.lastIndex = from;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text))
    words.push((match[1] ?? match[2] ?? match[3] ?? "").replaceAll(/\\(.)/g, "$1"));
  return words;
}

/** Example environments show what values look like. A real `.env` is never read. */
function readExamples(tree: Tree, outside: Outside): void {
  for (const file of tree.files) {
    // A pattern costs its compilation with the first text that it is held against: most services have no such file.
    if (!file.includes("env")) continue;
    if (
      !/(?:^|\/)(?:\.?env(?:\.[\w-]+)?[._-](?:example|sample|template|dist|defaults?)|(?:example|sample)\.env)$/.test(
        file,
      )
    )
      continue;
    for (const [name, value] of readEnvFile(tree.read(file) ?? "", filledFromAbove))
      if (!outside.examples.has(name)) outside.examples.set(name, value);
  }
}
