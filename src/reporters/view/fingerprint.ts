import { createHash } from "node:crypto";

/** What makes a finding the same finding: not its line, which moves when lines above it are added. */
export interface Fingerprinted {
  readonly rule: string;
  readonly file: string;
  readonly message: string;
  /** Its own within its service, when it has been given one. */
  readonly fingerprint?: string;
}

/** Gives each finding its fingerprint; of several alike in one file each gets its own, in their order. */
export function fingerprints(): (finding: Fingerprinted) => string {
  const seen = new Map<string, number>();
  return ({ rule, file, message, fingerprint }) => {
    const key = hash([rule, file, fingerprint ?? message.replaceAll(/\d+/g, "0")]);
    const nth = (seen.get(key) ?? 0) + 1;
    seen.set(key, nth);
    return hash([key, String(nth)]);
  };
}

export const hash = (parts: readonly string[]): string =>
  createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 32);
