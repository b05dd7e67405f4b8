import type { Lines, Page } from "./dockerfile-page.ts";
import { runLines } from "./instruction.ts";

/** Links into the environment, which comes with a later step. */
export function linkLines({ image: { links = [] } }: Page): Lines {
  if (links.length === 0) return [];
  const folders = [...new Set(links.map(({ path }) => path.slice(0, path.lastIndexOf("/"))))];
  return runLines([], [`mkdir -p ${folders.join(" ")}`, ...links.map(({ path, to }) => `ln -s ${to} ${path}`)]);
}
