import { base } from "./tree.ts";

/** What a package manager leaves behind, by what it is. `path` has no leading slash. */
export function cacheKind(path: string, uvCache: string): string | undefined {
  if (uvCache !== "" && path.startsWith(`${uvCache}/`)) return "uv";
  for (const [kind, expression] of CACHES) if (expression.test(path)) return kind;
  return undefined;
}

const CACHES: ReadonlyArray<readonly [string, RegExp]> = [
  ["uv", /(^|\/)\.cache\/uv\//],
  ["pip", /(^|\/)\.cache\/pip\//],
  ["poetry", /(^|\/)\.cache\/pypoetry\//],
  ["pdm", /(^|\/)\.cache\/pdm\//],
  ["pipenv", /(^|\/)\.cache\/pipenv\//],
  [
    "apt",
    /^var\/lib\/apt\/lists\/(?!(?:partial|auxfiles|lock)(?:\/|$))|^var\/cache\/apt\/(?:archives\/[^/]+\.deb|[^/]+\.bin)$/,
  ],
  ["conda", /(^|\/)pkgs\/[^/]+\.(conda|tar\.bz2)$/],
  ["dnf", /^var\/cache\/(dnf|yum|libdnf5)\//],
  ["apk", /^var\/cache\/apk\/./],
];

/** Programs that build other programs. */
const COMPILER =
  /^((x86_64|aarch64|arm)[\w-]*-)?(gcc|g\+\+|cc|c\+\+|cpp|clang|clang\+\+|ld|as|make|cmake|ninja|rustc|cargo|gfortran)(-?\d+(\.\d+)*)?(\.bfd|\.gold)?$/;

/** The linker that conda's Python brings along, whoever builds something or not. */
const OF_CONDA = /-conda-linux-gnu(?:-|\/bin\/)ld$/;

export function isCompiler(path: string): boolean {
  return COMPILER.test(base(path)) && !OF_CONDA.test(path);
}

/** A header of a development package; Python's own come with the interpreter. */
export function isHeader(path: string): boolean {
  return /^usr\/(local\/)?include\/(?!python3)/.test(path) && /\.h(pp|xx)?$/.test(path);
}

/** Who put a file there, as far as its path tells. */
export function ownerOf(path: string, workdir: string): string {
  if (/\/(site|dist)-packages\//.test(path)) return "Python packages";
  if (/(^|\/)lib(64)?\/python3\.\d+\//.test(path) || /(^|\/)bin\/python3(\.\d+)?$/.test(path)) return "Python";
  if (workdir !== "" && path.startsWith(`${workdir}/`)) return "application";
  if (/^(usr|lib|lib64|bin|sbin|etc|var|boot|opt)(\/|$)/.test(path)) return "operating system";
  return "other";
}
