/** What people are told in place of the labels that code, data and the columns of a report have. */
const NAMES: Readonly<Record<string, string>> = { before: "today's image", after: "the reworked image" };

/** In the middle of a sentence; of an image that was given, its label says enough. */
export const sideName = (label: string): string => NAMES[label] ?? label;

/** At the start of one. */
export const atStart = (label: string): string => sideName(label).replace(/^./, (letter) => letter.toUpperCase());

/** Tells with which label the lines begin that come after this one. */
export const building = (label: string): string => `Building ${sideName(label)} (${label})…`;
