import { run } from "../kit/exec.ts";
import type { Probe } from "./probe.ts";
import { SCANNERS, type Scan, scanWith } from "./support/scanners.ts";

/** What the vulnerability scanners of this machine say. Their databases and their judgement are their own. */
export interface Vulnerabilities {
  /** Those that were looked for. */
  readonly asked: readonly string[];
  /** Those that are installed. */
  readonly scans: readonly Scan[];
}

export const vulnerabilities: Probe<Vulnerabilities> = {
  id: "vulnerabilities",
  title: "Ask the vulnerability scanners that are installed",
  runs: "beside-others",
  waits: true,
  version: 1,
  async collect({ engine, image, signal }) {
    const facts = { image: image.tag, engine: engine.name, env: engine.cli?.env ?? {}, signal, run };
    const scans = await Promise.all(SCANNERS.map((scanner) => scanWith(scanner, facts)));
    return { asked: SCANNERS.map(({ program }) => program), scans: scans.filter((scan) => scan !== undefined) };
  },
};
