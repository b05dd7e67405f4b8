import { posix } from "node:path";
import { once } from "../../kit/once.ts";
import { lineAt } from "../../kit/lines.ts";
import type { Dockerfile, Heredoc } from "../../model/types.ts";
import { absolute, situationAt } from "./settings.ts";
import { shippedSteps } from "./steps.ts";

interface Inline {
  readonly text: string;
  /** Where the text begins in the Dockerfile; undefined where its tabs were removed. */
  readonly start: number | undefined;
  readonly firstLine: number;
}

/** What `COPY <<EOF /start.sh` writes into the shipped image, by where it lies there. */
export const heredocScripts: (dockerfile: Dockerfile) => ReadonlyMap<string, Inline> = once((dockerfile) => {
  const found = new Map<string, Inline>();
  for (const { stage, instruction } of shippedSteps(dockerfile)) {
    const { keyword, heredocs, words } = instruction;
    if (heredocs.length === 0 || (keyword !== "COPY" && keyword !== "ADD")) continue;
    const written = words.at(-1) ?? "";
    const target = absolute(situationAt(dockerfile, stage, instruction).workdir, written);
    for (const heredoc of heredocs)
      found.set(written.endsWith("/") ? posix.join(target, heredoc.name) : target, inlineOf(dockerfile, heredoc));
  }
  return found;
});

const inlineOf = ({ text }: Dockerfile, { content, chomp, range }: Heredoc): Inline => ({
  text: content,
  start: chomp ? undefined : range.start,
  firstLine: lineAt(text, range.start),
});
