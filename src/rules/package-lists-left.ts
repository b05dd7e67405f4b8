import { isIn } from "../kit/paths.ts";
import { cacheMountsOf } from "./queries/cache-mounts.ts";
import { alsoRun, append, type Mended } from "./queries/fixes.ts";
import { commandsOf, type Command } from "./queries/commands.ts";
import { changed, healthy, slim } from "./queries/example.ts";
import { installsIn } from "./queries/packages.ts";
import { at, find, shippedSteps } from "./queries/steps.ts";
import type { Dockerfile, Instruction } from "../model/types.ts";
import type { Rule } from "./rule.ts";

const apt = (tail: string, mount = ""): string =>
  `FROM ${slim}\nRUN ${mount}apt-get update && apt-get install -y --no-install-recommends libpq5${tail}\nRUN`;

/** Where what nobody needs any more lies: apt's lists, and what dnf and apk keep. Debian's images keep no archives of apt. */
const FOLDERS = { apt: "/var/lib/apt", dnf: "/var/cache", apk: "/var/cache" } as const;

export const packageListsLeft: Rule = {
  id: "package-lists-left",
  title: "The package manager's lists or cache stay in the layer",
  why: "About 20 to 60 MB of metadata that is out of date tomorrow. Deleting it in a later RUN does not make the image smaller: the earlier layer keeps it.",
  source: "hadolint DL3009",
  demand: "only-what-is-needed",
  severity: "warning",
  confidence: "certain",
  advice:
    "End the same RUN with `rm -rf /var/lib/apt/lists/*` (`dnf clean all`, `apk add --no-cache`), or use cache mounts for /var/cache/apt and /var/lib/apt.",
  aliases: [
    "DL3009",
    "DL3019",
    "DL3032",
    "DL3036",
    "DL3040",
    "DS-0015",
    "DS-0019",
    "DS-0025",
    "remove-package-lists",
    "remove-package-cache",
    "missing-dnf-clean-all",
    "missing-apk-no-cache",
    "DKL-DI-0004",
    "DKL-DI-0005",
    "apt-get_missing_rm",
    "DS-0027",
    "DF029",
    "DF046",
    "DF047",
    "dockerfile-apk-add-without-no-cache-or-cache-mount",
    "dockerfile-apt-install-without-cleanup-or-cache-mount",
    "apkadd-missing_nocache_or_updaterm",
    "DF004",
  ],
  numbers: ["LYR005"],
  since: "0.1.0",
  fixes: "ends the same RUN with the removal, or adds `--no-cache` to apk.",
  provenBy: ["caches-absent"],
  examples: {
    bad: [
      changed([`FROM ${slim}\nRUN`, apt("")]),
      changed([`FROM ${slim}\nRUN`, apt(" && apt-get clean && rm -rf /var/cache/apt/archives")]),
      // The archives are kept out, and the lists lie elsewhere.
      changed([`FROM ${slim}\nRUN`, apt("", "--mount=type=cache,target=/var/cache/apt,sharing=locked ")]),
      changed([`FROM ${slim}\nRUN`, `${apt("").slice(0, -4)}\nRUN rm -rf /var/lib/apt/lists/*\nRUN`]),
    ],
    good: [
      healthy,
      changed([`FROM ${slim}\nRUN`, apt(" && rm -rf /var/lib/apt/lists/*")]),
      changed([`FROM ${slim}\nRUN`, apt(" && apt-get distclean")]),
      // As the images of Docker's library write it.
      changed([`FROM ${slim}\nRUN`, apt(" && apt-get dist-clean")]),
      changed([
        `FROM ${slim}\nRUN`,
        apt(
          "",
          "--mount=type=cache,target=/var/lib/apt,sharing=locked --mount=type=cache,target=/var/cache/apt,sharing=locked ",
        ),
      ]),
    ],
  },
  *check({ dockerfile }) {
    const seen = new Set<unknown>();
    for (const { manager, command, step } of installsIn(shippedSteps(dockerfile))) {
      const { instruction } = step;
      if (seen.has(instruction)) continue;
      seen.add(instruction);
      if (
        cacheMountsOf(dockerfile, step).some(
          (target) => isIn(FOLDERS[manager], target) || target.startsWith(FOLDERS[manager]),
        )
      )
        continue;
      const commands = commandsOf(instruction);
      const cleaned = commands.some(
        ({ argv }) =>
          (argv[0] === "rm" &&
            argv.some((word) => word.startsWith(FOLDERS[manager]) || isIn(FOLDERS[manager], word))) ||
          (manager === "apt" && argv.some((word) => /^dist-?clean$/.test(word))) ||
          (manager === "dnf" && argv.includes("clean") && argv.includes("all")),
      );
      const without = manager === "apk" && command.argv.includes("--no-cache");
      const unsure = commands.some(({ program }) => program === "find" || program.endsWith(".sh"));
      if (cleaned || without || unsure) continue;
      yield {
        message: `\`${[command.program, command.argv.find((word) => /^[a-z]+$/.test(word) && word !== command.program)].join(" ")}\` leaves the package lists in the layer.`,
        where: at(dockerfile, instruction, find(dockerfile, instruction, command.argv.slice(0, 2).join(" "))),
        ...mended(dockerfile, instruction, command),
      };
    }
  },
};

function mended(dockerfile: Dockerfile, instruction: Instruction, { program }: Command): Mended {
  if (program === "apk") return append(dockerfile, instruction, /\bapk\b[^;&|\n]*?\sadd(?=\s)/, " --no-cache");
  if (program.startsWith("apt")) return alsoRun(dockerfile, instruction, "rm -rf /var/lib/apt/lists/*");
  return alsoRun(dockerfile, instruction, `${program} clean all`);
}
