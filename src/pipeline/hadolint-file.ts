import { existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { HadolintSettings } from "../policy/hadolint.ts";
import { leadsAway } from "../project/own-file.ts";
import type { Config } from "./config.ts";

const NAMES = [".hadolint.yaml", ".hadolint.yml"] as const;

/** The configuration with what the repository has settled for hadolint; the team's own words win. */
export async function withHadolint(config: Config, folder: string): Promise<Config> {
  const file = config.hadolint ? hadolintFile(folder) : undefined;
  if (file === undefined) return config;
  // Loaded here: most repositories have no such file, and none needs YAML for it.
  const { readHadolint } = await import("./hadolint-read.ts");
  const { severity, ignore, failOn }: HadolintSettings = await readHadolint(file, relative(folder, file));
  return {
    ...config,
    // In this order: of two entries for one rule the later counts.
    severity: { ...severity, ...config.severity },
    ignore: [...config.ignore, ...ignore],
    failOn: config.failOn ?? failOn,
  };
}

/** The nearest one from the service's folder up to the top of its repository; outside a repository, the folder's own. */
function hadolintFile(folder: string): string | undefined {
  const folders = [folder];
  for (let one = folder; !existsSync(join(one, ".git")); folders.push(one)) {
    if (dirname(one) === one) {
      folders.splice(1);
      break;
    }
    one = dirname(one);
  }
  const top = folders.at(-1) ?? folder;
  const found = folders.flatMap((one) => NAMES.map((name) => join(one, name))).find(existsSync);
  if (found === undefined) return undefined;
  return leadsAway(top, found) ? undefined : found;
}
