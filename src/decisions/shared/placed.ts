import { posix } from "node:path";
import { flagValue } from "../../dockerfile/arguments.ts";
import { expandKnown } from "../../dockerfile/expand.ts";
import { stageState } from "../../dockerfile/stages.ts";
import type { Dockerfile, Instruction, Service, Stage } from "../../model/types.ts";
import { finalStage } from "./today.ts";

/** A tracked file or folder that today's Dockerfile names, and where it lies in today's image. */
export interface Placed {
  /** Relative to the project; empty for all of it. */
  readonly from: string;
  /** Absolute. */
  readonly to: string;
  /** It was written from the working directory. */
  readonly relative?: true;
  /** `file:line`. */
  readonly place: string;
}

/**
 * What COPY and ADD put into today's image by name; patterns and unknown variables are left out. What is meant from
 * today's working directory moves with it.
 */
export function placedToday(dockerfile: Dockerfile | undefined, service: Service, workdir: string): readonly Placed[] {
  const stage = finalStage(dockerfile);
  if (dockerfile === undefined || stage === undefined) return [];
  const today = stageState(dockerfile, stage).workdir?.value ?? "/";
  return placedIn(dockerfile, stage, service, new Set()).map((one) => {
    const inside = posix.relative(today, one.to);
    return one.relative !== true || inside.startsWith("..") ? one : { ...one, to: posix.join(workdir, inside) };
  });
}

function placedIn(dockerfile: Dockerfile, stage: Stage, service: Service, seen: ReadonlySet<Stage>): readonly Placed[] {
  if (seen.has(stage)) return [];
  const within = new Set([...seen, stage]);
  const parent = stage.parent === undefined ? undefined : dockerfile.stages[stage.parent];
  return [
    ...(parent === undefined ? [] : placedIn(dockerfile, parent, service, within)),
    ...stage.instructions
      .filter(({ keyword }) => keyword === "COPY" || keyword === "ADD")
      .flatMap((instruction) => {
        const copy = readCopy(dockerfile, stage, instruction);
        if (copy === undefined) return [];
        const from = flagValue(instruction, "from");
        if (from === undefined) return fromContext(copy, service, `${dockerfile.path}:${instruction.line}`);
        const source = dockerfile.stages.find(
          ({ name, index }) => name === from.toLowerCase() || String(index) === from,
        );
        return source === undefined ? [] : moved(placedIn(dockerfile, source, service, within), copy);
      }),
  ];
}

interface Copy {
  readonly sources: readonly string[];
  readonly to: string;
  /** The destination is written as a folder, or must be one. */
  readonly isFolder: boolean;
  readonly isRelative: boolean;
}

function readCopy(dockerfile: Dockerfile, stage: Stage, instruction: Instruction): Copy | undefined {
  const { env, args, workdir } = stageState(dockerfile, stage, { before: instruction });
  const environment = { get: (name: string) => env.get(name)?.value ?? args.get(name)?.value };
  const words = instruction.words.map((word) => expandKnown(word, environment));
  if (words.length < 2 || words.some((word) => word === undefined || /[*?[<]/.test(word))) return undefined;
  const written = words.at(-1) ?? "";
  const here = workdir?.value ?? "/";
  const to = posix.resolve("/", here, written);
  return {
    sources: words.slice(0, -1).map((word) => word ?? ""),
    to,
    isRelative: !written.startsWith("/"),
    isFolder: words.length > 2 || /(?:^|\/)\.{0,2}$/.test(written) || to === here,
  };
}

function fromContext(copy: Copy, { files }: Service, place: string): readonly Placed[] {
  const { sources, to, isFolder } = copy;
  const more = copy.isRelative ? ({ place, relative: true } as const) : { place };
  return sources.flatMap((source) => {
    const from = posix.join("/", source).slice(1).replace(/\/$/, "");
    if (files.includes(from)) return [{ from, to: isFolder ? posix.join(to, posix.basename(from)) : to, ...more }];
    return from === "" || files.some((file) => file.startsWith(`${from}/`)) ? [{ from, to, ...more }] : [];
  });
}

/** `COPY --from=builder /app /srv`: what lay below the one lies below the other. */
function moved(placed: readonly Placed[], { sources, to, isFolder, isRelative }: Copy): readonly Placed[] {
  return sources.flatMap((written) => {
    const source = posix.resolve("/", written);
    return placed.flatMap((one): readonly Placed[] => {
      const { from, place } = one;
      const rest = isRelative ? ({ place, relative: true } as const) : { place };
      if (one.to === source) {
        const isFile = from.includes(".") && posix.basename(from) === posix.basename(source);
        return [{ from, to: isFile && isFolder ? posix.join(to, posix.basename(source)) : to, ...rest }];
      }
      if (one.to.startsWith(`${source}/`)) return [{ from, to: posix.join(to, one.to.slice(source.length)), ...rest }];
      if (!source.startsWith(`${one.to}/`)) return [];
      return [{ from: posix.join(from, source.slice(one.to.length + 1)), to, ...rest }];
    });
  });
}

/** The folder of the project whose content lies in the working directory, where that is not all of it: `COPY src/ ./`. */
export function movedUp(placed: readonly Placed[], workdir: string, { files }: Service): Placed | undefined {
  const holdsCode = (folder: string) => files.some((file) => file.startsWith(`${folder}/`) && file.endsWith(".py"));
  const direct = placed.findLast(({ from, to }) => from !== "" && to === workdir && holdsCode(from));
  const whole = placed.findLast(({ from, to }) => from === "" && `${workdir}/`.startsWith(`${to.replace(/\/$/, "")}/`));
  const inside = whole === undefined ? "" : posix.relative(whole.to, workdir);
  if (whole !== undefined && inside === "") return undefined;
  if (direct !== undefined) return direct;
  return whole !== undefined && holdsCode(inside) ? { from: inside, to: workdir, place: whole.place } : undefined;
}
