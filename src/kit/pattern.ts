/** A pattern that finds exactly this text, whatever its characters mean in patterns. */
export const literal = (text: string): RegExp => new RegExp(text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
