import type { PathUse, StartCommand } from "../model/types.ts";
import { SourceText } from "./source-text.ts";
import type { Tree } from "./tree.ts";
import { programOf } from "./unwrap.ts";

/** Files that a program reads from its working directory without anything in the code saying so. */
export function conventionalReads(
  tree: Tree,
  starts: readonly StartCommand[],
  packages: readonly string[],
): readonly PathUse[] {
  const uses: PathUse[] = [];
  const add = (path: string, when: PathUse["when"]) => {
    const text = tree.files.includes(path) ? tree.read(path) : undefined;
    if (text !== undefined) uses.push({ path, when, evidence: new SourceText(path, text).onLine(1) });
  };
  const programs = new Set(starts.map(({ argv }) => programOf(argv).program));
  if (programs.has("gunicorn")) add("gunicorn.conf.py", "start");
  if (packages.includes("alembic")) add("alembic.ini", "start");
  if (programs.has("granian")) add("granian.toml", "start");
  for (const { argv, evidence } of starts) {
    for (const [at, word] of argv.entries()) {
      const option = /^(?:-c|--config|--log-config|--env-file|--ini)$/.test(word) ? argv[at + 1] : undefined;
      const path = (option ?? /^--(?:config|log-config|env-file|ini)=(.+)$/.exec(word)?.[1])?.replace(
        /^(?:\.\/|file:)/,
        "",
      );
      if (path !== undefined && tree.files.includes(path)) uses.push({ path, when: "start", evidence });
    }
  }
  return uses.filter(({ path }, index) => uses.findIndex((other) => other.path === path) === index);
}
