import { healthy, healthyDockerfile, project } from "./queries/example.ts";
import type { Rule } from "./rule.ts";

const mirrored = (address: string): string =>
  (healthy["uv.lock"] ?? "").replaceAll("https://index.example/simple", address);

export const lockPinnedToMirror: Rule = {
  id: "lock-pinned-to-mirror",
  title: "The lock takes its packages from a mirror",
  why: "The address of every file is written in the lock. Built elsewhere, each one is fetched from the other side of the world, slowly or not at all; when the mirror drops a file, the lock can no longer be installed, although PyPI still has it.",
  source: "seen in Djagon",
  demand: "locked-versions",
  severity: "warning",
  confidence: "certain",
  advice:
    "Lock against PyPI itself, without a mirror in the settings of uv, and set one where it is wanted, with UV_DEFAULT_INDEX.",
  aliases: [],
  since: "0.1.0",
  provenBy: [],
  examples: {
    bad: [
      project({
        Dockerfile: healthyDockerfile,
        "uv.lock": mirrored("https://pypi.mirrors.example.cn/simple"),
      }),
    ],
    good: [
      healthy,
      project({ Dockerfile: healthyDockerfile, "uv.lock": mirrored("https://packages.example.io/simple") }),
    ],
  },
  *check({ service }) {
    const { lock } = service;
    const mirror = lock?.registries.find((address) => MIRRORS.test(address));
    if (lock === undefined || mirror === undefined) return;
    yield { message: `${lock.path} takes packages from ${mirror}.`, where: { file: lock.path, line: 1 } };
  },
};

/** By the way mirrors are named; PyPI itself and a company's own index are not named so. */
const MIRRORS = /^https?:\/\/(?:[\w-]+\.)*mirrors?\.|^https?:\/\/pypi\.[\w.-]+\.(?:cn|ir|jp|kr|ru|tw)(?=[:/]|$)/i;
