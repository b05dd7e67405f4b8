import type { Evidence } from "../model/types.ts";
import type { PythonSources } from "./python-source.ts";
import { SourceText } from "./source-text.ts";
import { baseName } from "./unwrap.ts";

/** A setting of the file that uwsgi is started with: `uwsgi uwsgi.ini`, `uwsgi --ini uwsgi.ini`. */
export function uwsgiSetting(
  sources: PythonSources,
  argv: readonly string[],
  key: RegExp,
): { readonly value: string; readonly evidence: Evidence } | undefined {
  const named = argv.map((word) => word.replace(/^--ini=/, "")).find((word) => word.endsWith(".ini"));
  const path = named === undefined ? undefined : sources.named(baseName(named));
  const text = path === undefined ? undefined : sources.text(path);
  if (path === undefined || text === undefined) return undefined;
  for (const match of text.matchAll(/^[ \t]*([\w-]+)[ \t]*=[ \t]*(\S.*?)[ \t\r]*$/gm)) {
    const [, name = "", value = ""] = match;
    if (key.test(name)) return { value, evidence: new SourceText(path, text).at(match.index) };
  }
  return undefined;
}
