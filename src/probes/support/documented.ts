import { shapedSecrets } from "./secrets.ts";

/** A key whose lines are all indented and stand alone, as in the docstring of a function; code would assign it. */
const INDENTED_KEY = /^[ \t]+-----BEGIN [A-Z ]*PRIVATE KEY-----[ \t]*\n(?:[ \t]+[\w+/=:, -]+\n){2,}/gm;

/** Fingerprints of what stands in a Python module as a text for its readers only. */
export function writtenForReaders(path: string, text: string): ReadonlySet<string> {
  if (!path.endsWith(".py")) return new Set();
  const code = new Set(shapedSecrets(text.replaceAll(INDENTED_KEY, "")).map(({ fingerprint }) => fingerprint));
  const all = shapedSecrets(text).map(({ fingerprint }) => fingerprint);
  return new Set(all.filter((one) => !code.has(one)));
}
