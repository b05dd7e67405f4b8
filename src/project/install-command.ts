import { baseName } from "./unwrap.ts";

/** What installs Python packages; `uv pip` speaks of pip, and so does `pip-sync`. */
type InstallTool = "uv" | "poetry" | "pdm" | "pipenv" | "pip";

/** One call of such a tool, without what starts it (`python -m`, `poetry run`, `uvx`, `env`) and without its global options. */
export interface ToolCall {
  readonly tool: InstallTool;
  readonly verb: string;
  /** What stands behind the verb. */
  readonly words: readonly string[];
}

/** Options before the verb that take the next word. */
const TAKES_VALUE: Readonly<Record<InstallTool, RegExp>> = {
  uv: /^(?:--directory|--project|--cache-dir|--config-file|--color|--python|-p)$/,
  poetry: /^(?:-C|--directory|-P|--project)$/,
  pdm: /^(?:-c|--config|-p|--project)$/,
  pipenv: /^(?:--python)$/,
  pip: /^(?:--python|--log|--proxy|--timeout|--cert|--client-cert|--cache-dir|--retries)$/,
};

const TOOLS: readonly InstallTool[] = ["uv", "poetry", "pdm", "pipenv"];
const PIP = /^pip[\d.]*$/;

/** More prefixes than this is no command that somebody wrote. */
const MOST_PREFIXES = 6;

export function toolCall(argv: readonly string[]): ToolCall | undefined {
  let words = argv;
  for (let depth = 0; depth < MOST_PREFIXES; depth += 1) {
    const inner = withoutPrefix(words);
    if (inner === undefined) break;
    words = inner;
  }
  const program = baseName(words[0] ?? "");
  if (program === "pip-sync") return { tool: "pip", verb: "sync", words: words.slice(1) };
  // A script of the team's around pip.
  if (/^pip[-_]install(?:\.sh)?$/.test(program)) return { tool: "pip", verb: "install", words: words.slice(1) };
  const tool = TOOLS.find((one) => one === program) ?? (PIP.test(program) ? "pip" : undefined);
  return tool === undefined ? behindOther(words) : callOf(tool, words.slice(1));
}

/** `python setup.py develop` and `install`: what pip does with the project's own folder today. */
export function setupCall(argv: readonly string[]): ToolCall | undefined {
  const [, file, verb] = argv.filter((word) => !word.startsWith("-"));
  if (!/^python[\d.]*$/.test(baseName(argv[0] ?? "")) || baseName(file ?? "") !== "setup.py") return undefined;
  if (verb !== "develop" && verb !== "install") return undefined;
  return { tool: "pip", verb: "install", words: verb === "develop" ? ["-e", "."] : ["."] };
}

function callOf(tool: InstallTool, words: readonly string[]): ToolCall | undefined {
  let at = 0;
  while ((words[at] ?? "").startsWith("-")) at += TAKES_VALUE[tool].test(words[at] ?? "") ? 2 : 1;
  const verb = words[at];
  if (verb === undefined) return undefined;
  const rest = words.slice(at + 1);
  return tool === "uv" && verb === "pip" ? callOf("pip", rest) : { tool, verb, words: rest };
}

/** What a word before starts; undefined where nothing stands before. */
function withoutPrefix(words: readonly string[]): readonly string[] | undefined {
  const program = baseName(words[0] ?? "");
  if (/^python[\d.]*$/.test(program)) return ofModule(words);
  if (/^(?:env|exec|command|time)$/.test(program)) {
    const at = words.findIndex(isCommand);
    return at < 0 ? undefined : words.slice(at);
  }
  const [, runs] =
    RUNNERS.find(([name, rest]) => name === program && rest.every((word, at) => words[at + 1] === word)) ?? [];
  return runs === undefined ? undefined : named(words.slice(runs.length + 1));
}

/** Programs that start another one, with the words by which they do. */
const RUNNERS: ReadonlyArray<readonly [program: string, words: readonly string[]]> = [
  ["uvx", []],
  ["uv", ["tool", "run"]],
  ["pipx", ["run"]],
  ...TOOLS.map((tool) => [tool, ["run"]] as const),
];

/** `python -u -m pip install`. */
function ofModule(words: readonly string[]): readonly string[] | undefined {
  const module = words.indexOf("-m");
  const isOption = words.slice(1, Math.max(module, 1)).every((word) => word.startsWith("-"));
  return module > 0 && isOption ? words.slice(module + 1) : undefined;
}

const isCommand = (word: string, index: number): boolean => index > 0 && !/^-|^\w+=/.test(word);

/** The first word that is no option, without the version that is asked for. */
function named(words: readonly string[]): readonly string[] | undefined {
  const at = words.findIndex((word) => !word.startsWith("-"));
  return at < 0 ? undefined : [(words[at] ?? "").replace(/[@=].*$/, ""), ...words.slice(at + 1)];
}

/** `sudo pip install`, `xargs pip install`; not `apt-get install pip`. */
function behindOther(words: readonly string[]): ToolCall | undefined {
  const at = words.slice(0, 5).findIndex((word, index) => index > 0 && PIP.test(baseName(word)));
  const isName = words.slice(0, Math.max(at, 0)).some((word) => word === "install" || word === "add");
  return at < 0 || isName ? undefined : callOf("pip", words.slice(at + 1));
}

/** What one call of pip installs. */
export interface PipItems {
  /** Lists of packages: of `-r`, and all that `sync` names. */
  readonly files: readonly string[];
  /** Folders with a project, as written, without extras. */
  readonly folders: ReadonlyArray<{ readonly path: string; readonly editable: boolean }>;
  /** Packages by their names, as written; those with an address among them. */
  readonly packages: readonly string[];
  /** Groups of pyproject.toml. */
  readonly groups: readonly string[];
}

const NOTHING: PipItems = { files: [], folders: [], packages: [], groups: [] };

/** Empty for what is no installation by pip. */
export function pipItems({ tool, verb, words }: ToolCall): PipItems {
  if (tool !== "pip" || !/^(?:install|sync|wheel|download)$/.test(verb)) return NOTHING;
  const files: string[] = [];
  const folders: { path: string; editable: boolean }[] = [];
  const packages: string[] = [];
  const add = (text: string, editable: boolean) => {
    if (isFolder(text))
      folders.push({ path: text.replace(/^file:(?:\/\/)?/, "").replace(/\[[^\]]*\]$/, ""), editable });
    else if (!/\.(?:whl|zip|tar\.gz)$/.test(text) || /^[\w.-]+\s*@/.test(text)) packages.push(text);
  };
  for (const [index, word] of words.entries()) {
    const before = words[index - 1] ?? "";
    const [, option, joined] = /^(-[re]|--(?:requirements?|editable)=)(\S+)$/.exec(word) ?? [];
    if (option !== undefined && joined !== undefined) {
      if (/^(?:-r|--r)/.test(option)) files.push(joined);
      else add(joined, true);
    } else if (/^(?:-r|--requirements?)$/.test(before)) files.push(word);
    else if (/^(?:-e|--editable)$/.test(before)) add(word, true);
    else if (word.startsWith("-") || PIP_TAKES_VALUE.test(before)) continue;
    else if (verb === "sync") files.push(word);
    else add(word, false);
  }
  return { files, folders, packages, groups: groupsIn(words) };
}

/** `--group dev`, `--group=dev`, and `--group other/pyproject.toml:dev`. */
const groupsIn = (words: readonly string[]): readonly string[] =>
  words
    .flatMap((word, at) => (word === "--group" ? [words[at + 1] ?? ""] : (/^--group=(.+)$/.exec(word)?.[1] ?? [])))
    .map((group) => group.replace(/^.*:/, ""));

const isFolder = (text: string): boolean =>
  /^(?:\.{0,2}\/|\.{1,2}(?:$|\[)|file:)/.test(text) && !/\.(?:whl|zip|tar\.gz)$/.test(text);

const PIP_TAKES_VALUE =
  /^(?:-[cifptdwb]|--(?:constraints?|overrides?|excludes?|build-constraints?|index-url|extra-index-url|index|default-index|find-links|target|prefix|root|src|python|python-version|python-platform|platform|abi|implementation|only-binary|no-binary|cache-dir|dest|wheel-dir|timeout|retries|trusted-host|proxy|cert|client-cert|extra|group|config-settings?|global-option|upgrade-strategy|upgrade-package|reinstall-package|progress-bar|report|log|link-mode|resolution|prerelease|index-strategy|keyring-provider|pip-args|exclude-newer|torch-backend))$/;
