import { redactByShape, visible } from "../../kit/text.ts";
import type { Finding, Fix } from "../../model/types.ts";

/** Foreign text as any output may hold it: no control characters, no secrets of a known shape. */
export const safe = (text: string): string => visible(redactByShape(text));

/** Rules about secrets: the line they point at is what must not be shown. */
export const hidesItsLine = (rule: string): boolean => /^(?:secret|credentials)-/.test(rule);

/** A fix as data, unless its text holds a secret: then it stays with the file. */
export const fixWithoutSecrets = ({ fix }: Finding): Fix | undefined =>
  fix?.edits.every(({ text }) => redactByShape(text) === text) === true ? fix : undefined;

/** JSON in which no character can act on a terminal or hide text. */
export const safeJson = (value: unknown): string =>
  JSON.stringify(value).replaceAll(
    // oxlint-disable-next-line no-control-regex
    /[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
