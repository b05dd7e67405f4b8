import { lstatSync, realpathSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import type { RenderedFile } from "../model/types.ts";
import { type Changed, fixAll, type Fixed } from "../policy/fix.ts";
import { rules } from "../rules/index.gen.ts";
import { type Analysis, analyze, treeWith } from "./analyze.ts";
import { seenAs } from "./apply.ts";
import { withPolicy } from "./policy-step.ts";
import type { Session } from "./session.ts";

/** The safe fixes of the findings that count, in memory, with the files as they would be. */
export async function fixStep(
  session: Session,
): Promise<Fixed<Analysis> & { readonly files: readonly RenderedFile[] }> {
  const { config, tree, folder } = session;
  const options = config.dockerfile === undefined ? {} : { dockerfile: config.dockerfile };
  const read = (file: string) => tree.read(file);
  const judge = async (changed: Changed) => {
    const over = treeWith(tree, render(folder, changed, read));
    const loaded = () => new Map([...tree.loaded(), ...changed]);
    const analysis = await analyze(over, rules, options);
    return withPolicy(analysis, { ...session, tree: { ...over, loaded } }, { fingerprints: true });
  };
  const fixed = await fixAll({ judge, read });
  const files = render(folder, fixed.changed, read).map((file) => ({
    ...file,
    path: realPlace(folder, file.path),
  }));
  return { ...fixed, files };
}

const render = (
  folder: string,
  changed: Changed,
  read: (path: string) => string | undefined,
): readonly RenderedFile[] =>
  [...changed].map(([path, content]) => ({
    path,
    content,
    executable: ((statSync(join(folder, path), { throwIfNoEntry: false })?.mode ?? 0) & 0o111) !== 0,
    mode: "whole",
    why: "A safe fix.",
    replaces: seenAs(read(path)),
  }));

/** A link stays one: what it leads to is written. Nothing outside the folder is ever read, so it leads to no other place. */
function realPlace(folder: string, path: string): string {
  const file = join(folder, path);
  const isLink = lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  return isLink ? relative(realpathSync(folder), realpathSync(file)) : path;
}
