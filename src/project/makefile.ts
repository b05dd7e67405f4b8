/** A line of a recipe as the shell gets it: continued lines joined, variables of the Makefile filled in. */
export interface RecipeLine {
  readonly line: number;
  readonly text: string;
}

/** What follows `make`: its file and folder are for the caller to find. */
interface MakeCall {
  readonly folder: string;
  readonly file: string | undefined;
  readonly targets: readonly string[];
  readonly given: ReadonlyMap<string, string>;
}

/** In the order in which make looks for them. */
export const MAKEFILES = ["GNUmakefile", "makefile", "Makefile"] as const;

/** Options of make's with a value of their own word; of `-j` only a number is one. */
const VALUED = /^(?:-[CfoWI]|--(?:directory|file|makefile|old-file|what-if|include-dir))$/;

/** Undefined for another program. */
export function makeCallOf([program = "", ...words]: readonly string[]): MakeCall | undefined {
  if (!/^(?:.*\/)?g?make$/.test(program)) return undefined;
  const options = new Map<string, string>();
  const plain: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    const [, name, value] = /^(--\w[\w-]*)=(.*)$/.exec(word) ?? [];
    if (VALUED.test(word)) options.set(word, words[(at += 1)] ?? "");
    else if (name !== undefined) options.set(name, value ?? "");
    else if (word === "-j" && /^\d+$/.test(words[at + 1] ?? "")) at += 1;
    else if (!word.startsWith("-")) plain.push(word);
  }
  const optionOf = (...names: readonly string[]) =>
    names.map((name) => options.get(name)).find((value) => value !== undefined);
  const isGiven = (word: string) => /^[A-Za-z_]\w*[:?]?=/.test(word);
  return {
    folder: optionOf("-C", "--directory") ?? "",
    file: optionOf("-f", "--file", "--makefile"),
    targets: plain.filter((word) => !isGiven(word)),
    given: new Map(plain.filter(isGiven).map(pairOf)),
  };
}

function pairOf(word: string): readonly [name: string, value: string] {
  const at = word.indexOf("=");
  return [word.slice(0, at).replace(/[:?+! \t]+$/, ""), word.slice(at + 1).trim()];
}

interface Rule {
  readonly targets: readonly string[];
  readonly needs: readonly string[];
  readonly recipe: readonly RecipeLine[];
}

/**
 * The recipes of the targets in the order in which make comes to them, those that they need first; of its first target
 * where none is named. What a function of make's gives stays as written.
 */
export function recipesOf(
  text: string,
  { targets, given }: Pick<MakeCall, "targets" | "given">,
): readonly RecipeLine[] {
  const { rules, variables } = readMakefile(text);
  const first = rules.flatMap((rule) => rule.targets).find((target) => !target.startsWith("."));
  const known: Known = (name) => given.get(name) ?? variables.get(name);
  const found: RecipeLine[] = [];
  const seen = new Set<string>();
  const visit = (target: string): void => {
    if (seen.has(target)) return;
    seen.add(target);
    const own = rules.filter((rule) => rule.targets.includes(target));
    for (const need of own.flatMap(({ needs }) => needs)) visit(filled(need, known));
    found.push(...own.flatMap(({ recipe }) => recipe).map((line) => shown(line, target, known)));
  };
  for (const target of targets.length > 0 ? targets : [first ?? ""]) visit(target);
  return found;
}

/** Every recipe of the file, as they stand in it. */
export function allRecipes(text: string): readonly RecipeLine[] {
  const { rules, variables } = readMakefile(text);
  return rules.flatMap(({ targets, recipe }) =>
    recipe.map((line) => shown(line, targets[0] ?? "", (name) => variables.get(name))),
  );
}

type Known = (name: string) => string | undefined;

/** Without what make itself reads at the start of a line, and with one dollar for two. */
const shown = ({ line, text }: RecipeLine, target: string, known: Known): RecipeLine => ({
  line,
  text: filled(text.replace(/^[@+\- \t]+/, ""), (name) => (name === "@" ? target : known(name))).replaceAll("$$", "$"),
});

/** `$(UV) sync` with the variable's value; one that only the environment sets is the shell's. */
function filled(text: string, known: Known, depth = 0): string {
  return text.replaceAll(/\$(\$|@|[({]([\w.-]+)[)}])/g, (written, sign: string, name: string | undefined) => {
    if (sign === "$") return "$$";
    const value = known(name ?? sign);
    if (value !== undefined && depth < 10) return filled(value, known, depth + 1);
    return name === undefined ? written : `$\{${name}}`;
  });
}

function readMakefile(text: string): {
  readonly rules: readonly Rule[];
  readonly variables: ReadonlyMap<string, string>;
} {
  const rules: Rule[] = [];
  const variables = new Map([["MAKE", "make"]]);
  let recipe: RecipeLine[] = [];
  let at = 0;
  for (const whole of text.split(/(?<!\\)\r?\n/)) {
    at += 1;
    const line = at;
    at += whole.split("\n").length - 1;
    const joined = whole.replaceAll(/[ \t]*\\\r?\n[ \t]*/g, " ");
    if (joined.startsWith("\t")) recipe.push({ line, text: joined.trim() });
    else if (/^[A-Za-z_][\w.-]*\s*(?:::?|\?)?=/.test(joined)) setVariable(variables, joined);
    else {
      const [, targets, needs, same] = /^([^\s#=:][^#=:]*):{1,2}(?!=)([^;#=]*)(?:;\s*(.*))?/.exec(joined) ?? [];
      if (targets === undefined) continue;
      recipe = same === undefined ? [] : [{ line, text: same }];
      rules.push({ targets: wordsOf(targets), needs: wordsOf((needs ?? "").replace("|", " ")), recipe });
    }
  }
  return { rules, variables };
}

const wordsOf = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== "");

/** `PORT ?= 8000` is what the environment says, and else 8000: a number is given on so, a program's name as it stands. */
function setVariable(variables: Map<string, string>, line: string): void {
  const [name, written] = pairOf(line.replace(/\s+#.*$/, ""));
  const isDefault = /^[^=]*\?=/.test(line);
  if (isDefault && variables.has(name)) return;
  variables.set(name, isDefault && /^\d+$/.test(written) ? `$$\{${name}:-${written}}` : written);
}
