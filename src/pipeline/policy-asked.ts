import { isAbsolute, join, resolve } from "node:path";
import { mayHoldPragma } from "../policy/pragma.ts";
import type { Analysis } from "./analyze.ts";
import type { Session } from "./session.ts";

/** Whether anything is settled about findings, or asked: most services have neither, and `policy-step.ts` is not loaded. */
export function hasPolicy({ dockerfile }: Analysis, { config, options, tree }: Session): boolean {
  const { severity, ignore, rulesSince, baseline } = config;
  if (Object.keys(severity).length > 0 || ignore.length > 0 || (rulesSince ?? baseline) !== undefined) return true;
  if ((options.baseline ?? options.changed) !== undefined || options.writeBaseline === true) return true;
  if (dockerfile !== undefined && mayHoldPragma(dockerfile.text)) return true;
  for (const [, text = ""] of tree.loaded()) if (text.includes("ignore=") && text.includes("seaworthy")) return true;
  return false;
}

/** The baseline that counts: of the command line, as seen from where the user stands, else of `seaworthy.yaml`. */
export function baselineOf({ options, config, folder }: Session): string | undefined {
  if (options.baseline !== undefined) return resolve(options.baseline);
  const { baseline } = config;
  if (baseline !== undefined) return isAbsolute(baseline) ? baseline : join(folder, baseline);
  return options.writeBaseline === true ? join(folder, "seaworthy.baseline.json") : undefined;
}
