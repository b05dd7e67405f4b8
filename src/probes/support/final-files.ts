import type { LayerEntry } from "../../engine/engine.ts";
import type { Service } from "../../model/types.ts";
import { base, type FinalTree } from "./tree.ts";
import { isCompiler, isHeader } from "./waste.ts";

export interface Shape {
  readonly files: number;
  /** Of compiled modules; undefined in evidence of earlier versions. */
  readonly bytecodeBytes?: number;
  /** Normalised names of the installed distributions. */
  readonly distributions: readonly string[];
  /** Programs of the final tree that build, install or fetch: those the contract or the checks know by name. */
  readonly programs: readonly string[];
  readonly compilers: readonly string[];
  readonly headers: { readonly count: number; readonly examples: readonly string[] };
}

/** A program that the service was seen to call, by whom, and where in the final tree it lies. */
export interface CalledProgram {
  readonly program: string;
  readonly by: string;
  readonly path: string | undefined;
}

/** What the paths of the final tree alone tell. */
export function shapeOf(tree: FinalTree, wanted: ReadonlySet<string>): Shape {
  const lists = { distributions: new Set<string>(), programs: [] as string[], compilers: [] as string[] };
  const headers = { count: 0, examples: [] as string[] };
  let files = 0;
  let bytecodeBytes = 0;
  for (const { path, kind, mode, bytes } of tree.entries()) {
    if (kind === "directory") continue;
    files += 1;
    if (kind === "file" && path.endsWith(".pyc")) bytecodeBytes += bytes;
    const distribution = distributionOf(path);
    if (distribution !== undefined) lists.distributions.add(distribution);
    const isInABin = IN_A_BIN.test(path);
    if (wanted.has(base(path)) && (isInABin || isProgram(path, kind, mode))) lists.programs.push(`/${path}`);
    if (isInABin && isCompiler(path)) lists.compilers.push(`/${path}`);
    if (isHeader(path)) {
      headers.count += 1;
      if (headers.examples.length < 5) headers.examples.push(`/${path}`);
    }
  }
  return {
    files,
    bytecodeBytes,
    distributions: [...lists.distributions].toSorted(),
    programs: lists.programs.toSorted(),
    compilers: lists.compilers.toSorted().slice(0, 50),
    headers,
  };
}

/** A program that the code only looks for (`shutil.which`) may be missing: the code asks because it can do without. */
export function calledPrograms(tree: FinalTree, service: Pick<Service, "programs">): readonly CalledProgram[] {
  const uses = service.programs.filter((use) => use.through !== undefined || use.confidence === "certain");
  const first = new Map(uses.toReversed().map((use) => [use.program, use]));
  const programs = [...first.keys()].toSorted();
  const paths = new Map<string, string>();
  for (const { path, kind } of tree.entries())
    if (kind !== "directory" && IN_A_BIN.test(path) && first.has(base(path))) paths.set(base(path), `/${path}`);
  return programs.map((program) => {
    const use = first.get(program);
    const place = `${use?.evidence.file}:${use?.evidence.line}`;
    return { program, by: use?.through === undefined ? place : `${use.through}, ${place}`, path: paths.get(program) };
  });
}

/** `COPY --from=… /uv /` puts one where no folder of programs is. */
const isProgram = (path: string, kind: LayerEntry["kind"], mode: number): boolean =>
  kind === "file" && (mode & 0o111) !== 0 && !/\/(site|dist)-packages\//.test(path);

const IN_A_BIN = /(^|\/)s?bin\/[^/]+$/;

/** Debian's folder for the packages of its own tools: no environment of a service reads it. */
const OF_THE_SYSTEM = /^\/?usr\/lib\/python3\/dist-packages\//;

/** What setuptools and others bring inside themselves, with its metadata. */
const VENDORED = /\/_vendor\//;

/** The normalised name of the distribution whose metadata this is. */
export function distributionOf(path: string): string | undefined {
  if (OF_THE_SYSTEM.test(path) || VENDORED.test(path)) return undefined;
  const name =
    /\/([^/]+)-[^-/]+\.dist-info\/METADATA$/.exec(path)?.[1] ??
    /\/([^/]+?)(?:-[^-/]+(?:-py[\d.]+)?)?\.egg-info(?:\/PKG-INFO)?$/.exec(path)?.[1];
  return name?.replace(/[-_.]+/g, "-").toLowerCase();
}
