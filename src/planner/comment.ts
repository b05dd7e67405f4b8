import { wrap } from "../kit/wrap.ts";

/** Comment lines of at most `width` columns; words are never broken. */
export const comment = (text: string, width = 118): readonly string[] =>
  wrap(text, width - 2).map((line) => `# ${line}`);
