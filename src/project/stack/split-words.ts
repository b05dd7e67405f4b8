/** Splits a command as Compose does: at white space outside quotes, which are taken away. No shell reads it. */
export function splitWords(text: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === "\\" && isEscape(quote, text.charAt(at + 1))) {
      at += 1;
      word = (word ?? "") + text.charAt(at);
    } else if (character === quote) quote = "";
    else if (quote === "" && /["']/.test(character)) {
      quote = character;
      word ??= "";
    } else if (quote === "" && /\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? "") + character;
  }
  return word === undefined ? words : [...words, word];
}

const isEscape = (quote: string, next: string): boolean => quote === "" || (quote === '"' && /["\\$`]/.test(next));
