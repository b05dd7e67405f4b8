import { redactByShape } from "../../kit/redact.ts";
import { redactData } from "../../kit/redact-data.ts";
import { visible, visibleLine } from "../../kit/text.ts";
import type { Finding, Fix } from "../../model/types.ts";

/** Foreign text as any output may hold it: no control characters, no secrets of a known shape. */
export const safe = (text: string): string => visible(redactByShape(text));

/** Rules about secrets: the line they point at is what must not be shown. */
export const hidesItsLine = (rule: string): boolean => /^(?:secret|credentials|password)-/.test(rule);

/** A fix as data, unless its text holds a secret: then it stays with the file. */
export const fixWithoutSecrets = ({ fix }: Finding): Fix | undefined =>
  fix?.edits.every(({ text }) => redactByShape(text) === text) === true ? fix : undefined;

/** A finding as data. */
export const dataOf = <F extends Finding>(finding: F): F => {
  const { fix, ...rest } = redactData(finding);
  return { ...rest, ...(fix === undefined ? {} : { fix: fixWithoutSecrets(finding) }) } as F;
};

/** `safe` on one line: for a place, which is one word to whoever reads it. */
export const safeLine = (text: string): string => visibleLine(redactByShape(text));
