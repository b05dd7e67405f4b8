import type { StartCommand } from "../model/types.ts";
import type { Pyproject } from "./pyproject.ts";
import { isTable, readToml, type Table, tableAt, textAt, textsAt } from "./toml.ts";
import type { Tree } from "./tree.ts";
import { unwrap, unwrapShell } from "./unwrap.ts";

/** `pdm run start` and `pipenv run start`: a command that the project's own file gives a name. */
const RUN = /^(pdm|pipenv) run$/;

/** The starts with such a name replaced by its command; where that is more than one command, the wrapper keeps the name. */
export function withRunScripts(
  starts: readonly StartCommand[],
  tree: Tree,
  pyproject: Pyproject | undefined,
): readonly StartCommand[] {
  return starts.map((start) => {
    const tool = start.wrappers.map((one) => RUN.exec(one)?.[1]).find((one) => one !== undefined);
    const [name = "", ...more] = start.argv;
    if (tool === undefined) return start;
    const scripts = tool === "pdm" ? tableAt(pyproject?.toml.data, "tool", "pdm", "scripts") : scriptsOfPipfile(tree);
    if (!Object.hasOwn(scripts, name)) return start;
    const line = lineOf(scripts, name);
    if (line === undefined) return { ...start, wrappers: [...start.wrappers, `${tool} run ${name}`] };
    const { argv, wrappers, server, role } = typeof line === "string" ? unwrapShell(line) : unwrap(line);
    return { ...start, argv: [...argv, ...more], wrappers: [...start.wrappers, ...wrappers], server, role };
  });
}

const scriptsOfPipfile = (tree: Tree): Table =>
  tableAt(readToml("Pipfile", tree.read("Pipfile") ?? "", []).data, "scripts");

/** The one command of a script; none where it is several, sets variables, or others run around it. */
function lineOf(scripts: Table, name: string): string | readonly string[] | undefined {
  if ([`pre_${name}`, `post_${name}`, "_"].some((other) => Object.hasOwn(scripts, other))) return undefined;
  const script = scripts[name];
  const words = textsAt(script, "cmd");
  const written = typeof script === "string" ? script : textAt(script, "cmd");
  const isPlain = !isTable(script) || Object.keys(script).every((key) => key === "cmd" || key === "help");
  if (!isPlain) return undefined;
  if (written === undefined) return words.length > 0 ? words : undefined;
  return /&&|\|\||[;|&\n]/.test(written) ? undefined : written;
}
