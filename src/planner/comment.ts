/** Comment lines of at most `width` columns; words are never broken. */
export function comment(text: string, width = 118): readonly string[] {
  const lines: string[] = [];
  let line = "#";
  for (const word of text.split(/\s+/).filter((one) => one !== "")) {
    if (line !== "#" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = "#";
    }
    line += ` ${word}`;
  }
  return line === "#" ? lines : [...lines, line];
}
