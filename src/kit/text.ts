/** Foreign text made safe to show. Whatever a service, a file or a registry says passes through here before a terminal sees it. */

/** Control characters made visible (`\x1b`), line breaks and tabs kept. Bidirectional overrides too: they can hide text. */
export function visible(text: string): string {
  return text.replace(
    // eslint-disable-next-line no-control-regex
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}

/** A service that believes to write to a terminal colours its lines: without what only a terminal needs. */
export const withoutColours = (text: string): string =>
  // oxlint-disable-next-line no-control-regex
  text.replaceAll(/\u001b\[[\d;:]*m/g, "");

/** `visible` on one line: a name with a line break in it shows where the break is. */
export const visibleLine = (text: string): string =>
  visible(text).replaceAll(
    /[\n\t\u2028\u2029]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );

/**
 * What GitHub's runner would take for a command (`::stop-commands::`) when it stands first on a line of a log, shown
 * so that it is none.
 */
export const noCommand = (text: string): string => text.replaceAll(/^(\s*)::/gm, String.raw`$1\x3a:`);

/** JSON in which no character can act on a terminal or hide text. */
export const safeJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replaceAll(
    // oxlint-disable-next-line no-control-regex
    /[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/** A place in code, without the folder where distributions are installed. */
export const placeInCode = (place: string): string => place.replace(/^.*\/(?:site|dist)-packages\//, "");

/** Order of two texts by their code units: the same on every machine. `localeCompare` would load the locale's tables. */
export const byText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** `1 request`, `2 requests`. */
export const counted = (count: number, noun: string, many = `${noun}s`): string =>
  `${count} ${count === 1 ? noun : many}`;
