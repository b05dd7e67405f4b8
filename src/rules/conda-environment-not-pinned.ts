import { filesOf } from "../project/installed-files.ts";
import type { Command } from "./queries/commands.ts";
import { healthy, healthyWith, project, syncLine } from "./queries/example.ts";
import { at, find, reachable, type Step } from "./queries/steps.ts";
import { runCommands } from "./queries/uv.ts";
import { some } from "./queries/some.ts";
import type { Rule, RuleInput } from "./rule.ts";

const withConda = (command: string, environment: string) =>
  project({
    Dockerfile: healthyWith([
      syncLine,
      `${syncLine}COPY environment.yml ./\nRUN ${command} && micromamba clean --all --yes\n`,
    ]),
    "environment.yml": `name: geo\nchannels:\n  - conda-forge\ndependencies:\n${environment}`,
  });
const create = "micromamba create --yes --prefix /opt/geo --file environment.yml";
const PINNED = "  - gdal=3.10.0\n  - pip:\n      - rich==14.0.0\n";

export const condaEnvironmentNotPinned: Rule = {
  id: "conda-environment-not-pinned",
  title: "A conda environment is solved anew in every build",
  why: "An environment file names what is wanted, and each build takes the newest that fits: two builds of one commit differ, and a release of somebody else breaks an unchanged service. Below the named packages everything moves in any case.",
  source: "conda-lock's documentation",
  demand: "locked-versions",
  severity: "warning",
  confidence: "certain",
  advice:
    "Install from a lock: `conda-lock` writes one, `micromamba env export --explicit` lists what is installed; at the least name a version of each package (`gdal=3.10.0`, below pip `rich==14.0.0`).",
  aliases: [],
  since: "0.1.0",
  provenBy: [],
  examples: {
    bad: [
      withConda(create, "  - gdal\n  - pip:\n      - rich==14.0.0\n"),
      withConda(create, "  - gdal=3.10.0 # maps\n  - pip:\n      - rich>=14\n"),
      withConda("mamba env create -f environment.yml", "- 'gdal>=3.10'\n"),
      withConda("conda env update --file=environment.yml", "  - conda-forge::gdal\n"),
      withConda("micromamba install -y -n base gdal python=3.13", PINNED),
    ],
    good: [
      healthy,
      withConda(create, PINNED),
      withConda("micromamba install -y -n base -c conda-forge gdal=3.10.0 python=3.13", PINNED),
      // A lock, and a file that is made by the build.
      withConda("micromamba create -y -n base -f conda-lock.yml", "  - gdal\n"),
      withConda("micromamba create -y -n base -f /tmp/made.yml", "  - gdal\n"),
    ],
  },
  *check(input) {
    const { dockerfile } = input;
    for (const stage of reachable(dockerfile))
      for (const { step, command } of runCommands(stage)) {
        if (!INSTALLS.test([command.program, ...command.argv.slice(1)].join(" "))) continue;
        const open = [...ofFiles(input, step, command), ...ofNames(command)];
        if (open.length === 0) continue;
        yield {
          message: `\`${command.text}\` installs ${some(open)} in whatever version is newest.`,
          where: at(dockerfile, step.instruction, find(dockerfile, step.instruction, command.text)),
        };
      }
  },
};

const INSTALLS = /^(?:conda|mamba|micromamba) (?:-\S+ )*(?:env (?:create|update)|create|install|update)\b/;

/** Entries of the environment files that the command names. */
function ofFiles({ dockerfile, service, read }: RuleInput, step: Step, { argv }: Command): readonly string[] {
  const named = argv.flatMap((word, index) => {
    const joined = /^--file=(.+)$/.exec(word)?.[1];
    return joined ?? (/^(?:-f|--file)$/.test(word) ? (argv[index + 1] ?? []) : []);
  });
  // What the build makes itself is not here.
  const here = named.filter((word) => /\.ya?ml$/.test(word) && !/lock/.test(word));
  return filesOf(here, { dockerfile, ...step, files: service.files }).flatMap((file) => openIn(read?.(file) ?? ""));
}

/** The list below `dependencies:`, and the one of pip in it. */
function openIn(text: string): readonly string[] {
  const lines = text.split("\n").map((line) => line.replace(/(?:^|\s)#.*$/, "").trimEnd());
  const start = lines.findIndex((line) => /^dependencies:\s*$/.test(line));
  if (start < 0) return [];
  const rest = lines.slice(start + 1).filter((line) => line !== "");
  const end = rest.findIndex((line) => /^[^\s-]/.test(line));
  const entries = rest.slice(0, end < 0 ? undefined : end).map((line) => /^(\s*)-\s+["']?([^"']*)["']?$/.exec(line));
  const pip = entries.find((entry) => entry?.[2] === "pip:");
  return entries.flatMap((entry) => {
    const [, indent = "", written = ""] = entry ?? [];
    if (written === "" || written.endsWith(":")) return [];
    const ofPip = pip !== undefined && indent.length > (pip?.[1] ?? "").length;
    return (ofPip ? isOpenForPip(written) : isOpen(written)) ? [nameOf(written)] : [];
  });
}

/** Options that take the next word. */
const VALUED = /^(?:-n|--name|-p|--prefix|-c|--channel|-f|--file|-r|--root-prefix|--platform)$/;

/** `micromamba install numpy`. */
function ofNames({ argv }: Command): readonly string[] {
  const verb = argv.findIndex((word) => /^(?:create|install|update)$/.test(word));
  return argv
    .slice(verb + 1)
    .filter((word, index, words) => !word.startsWith("-") && !VALUED.test(words[index - 1] ?? ""))
    .filter((word) => /^[\w.:-]+(?:[=<>!~].*)?$/.test(word) && isOpen(word) && !/^(?:conda|mamba)$/.test(word))
    .map(nameOf);
}

/** One `=` is enough for conda; pip itself is brought for its list. */
const isOpen = (written: string): boolean => !/(?<![<>!~])=/.test(written) && written !== "pip";
const isOpenForPip = (written: string): boolean => !/==|\s@\s|^-|^\.|^[\w+]+:/.test(written);
const nameOf = (written: string): string => written.replace(/^.*::/, "").split(/[\s=<>!~[]/)[0] ?? written;
