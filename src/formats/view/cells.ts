/** East Asian wide and fullwidth characters, and emoji. Made when it is asked for: these classes are large. */
const isWide = (character: string): boolean =>
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u.test(
    character,
  );
/** Accents and joiners, which are drawn over what they follow. */
const isOver = (character: string): boolean => /\p{Mn}|\p{Me}|[\u200b-\u200d\u2060\ufeff]/u.test(character);

/** How many cells of a terminal a text takes. */
export function cellsOf(text: string): number {
  // oxlint-disable-next-line no-control-regex
  if (/^[\u0000-\u02ff]*$/.test(text)) return text.length;
  let cells = 0;
  for (const character of text) {
    if (isOver(character)) continue;
    cells += isWide(character) ? 2 : 1;
  }
  return cells;
}
