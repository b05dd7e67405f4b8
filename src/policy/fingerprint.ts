import { createHash } from "node:crypto";
import type { Finding } from "../model/types.ts";

/**
 * Gives each finding a fingerprint that holds no line number: the rule, the file and the text it points to, blanks and
 * line breaks apart. Of findings that agree in all that, the first, the second and so on are told apart by their order.
 */
export function fingerprinted(
  findings: readonly Finding[],
  read: (path: string) => string | undefined,
): readonly Finding[] {
  const seen = new Map<string, number>();
  return findings.map((finding) => {
    if (finding.fingerprint !== undefined) return finding;
    const key = [finding.rule, finding.where?.file ?? "", contentOf(finding, read)].join("\0");
    const nth = (seen.get(key) ?? 0) + 1;
    seen.set(key, nth);
    const fingerprint = createHash("sha256").update(`${key}\0${nth}`).digest("hex").slice(0, 32);
    return { ...finding, fingerprint };
  });
}

function contentOf({ where, message }: Finding, read: (path: string) => string | undefined): string {
  const text = where === undefined ? undefined : read(where.file);
  if (where === undefined || text === undefined) return message.replaceAll(/\d+/g, "0");
  const piece = where.range === undefined ? undefined : text.slice(where.range.start, where.range.end);
  const content = piece ?? text.split("\n")[where.line - 1] ?? "";
  return content
    .replaceAll(/\\[ \t]*\r?\n/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
}
