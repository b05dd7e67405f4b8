import { commandsOfInstruction } from "../../dockerfile/shell.ts";
import { reachableStages } from "../../dockerfile/stages.ts";
import type { Dockerfile, Stage } from "../../model/types.ts";
import { baseName } from "../../project/unwrap.ts";
import { lineage } from "./today.ts";

/** A package that today's image has because somebody asked for it by name. */
export interface PackageToday {
  readonly name: string;
  /** `file:line`. */
  readonly place: string;
}

const MANAGERS = /^(?:apt|apt-get|aptitude|dnf|microdnf|yum|tdnf)$/;

/**
 * What a build, a person at a shell, a health check or a start script wants, and not the service: compilers and headers,
 * editors, fetchers, waiting for a port, the base's own parts. What the code is seen to call is asked for elsewhere.
 */
const NOT_THE_SERVICE = new RegExp(
  `^(?:${[
    "build-essential|gcc.*|g\\+\\+.*|clang.*|llvm.*|cpp.*|make|cmake|ninja-build|meson|cargo|rustc?|golang.*|go|nodejs|npm|yarn|pkg-config|pkgconf|autoconf|automake|libtool|patch|bison|flex|swig|\\S+-dev|\\S+-devel|\\S+-headers",
    "git|git-lfs|subversion|mercurial|vim\\S*|nano|emacs\\S*|less|tree|htop|tmux|screen|strace|gdb|procps|psmisc|lsof|net-tools|iproute2|iputils-ping|dnsutils|telnet|nmap|openssh-\\w+|sudo|man-db|bash-completion|jq|file|time|unzip|zip|tar|gzip|xz-utils|bzip2|rsync",
    "curl\\S*|wget|netcat\\S*|nc|ca-certificates|gnupg\\S*|gpg\\S*|dirmngr|lsb-release|software-properties-common|apt-\\w[\\w-]*|dialog|locales|tzdata|tini|dumb-init|gosu|su-exec|cron|supervisor|nginx\\S*|postgresql|bash|coreutils|findutils|passwd|shadow-utils|gettext|dos2unix|entr|shellcheck",
    "python3?(?:\\.\\d+)?(?:-\\w+)*|python3?-\\S+|pipx?|pypy\\S*|default-jre\\S*|debian-\\S+|dnf\\S*|yum\\S*",
  ].join("|")})$`,
);

/** Names that Debian no longer has, and what has their files now. */
const RENAMED: Readonly<Record<string, string>> = {
  "libgl1-mesa-glx": "libgl1",
  "libegl1-mesa": "libegl1",
  "libgdk-pixbuf2.0-0": "libgdk-pixbuf-2.0-0",
};

/** Packages of the shipped stage that the service may need without a line of its code saying so: libraries, programs, fonts. */
export const packagesToday = (dockerfile: Dockerfile | undefined, family: Family): readonly PackageToday[] =>
  installed(dockerfile, lineage(dockerfile), family).filter(({ name }) => !NOT_THE_SERVICE.test(name));

/** Compilers, headers and what else packages are built with, of every stage that takes part. */
export const buildToolsToday = (dockerfile: Dockerfile | undefined, family: Family): readonly string[] =>
  installed(dockerfile, dockerfile === undefined ? [] : reachableStages(dockerfile), family)
    .map(({ name }) => name)
    .filter((name) => BUILDS.test(name))
    .toSorted();

const BUILDS =
  /^(?:build-essential|gcc.*|g\+\+.*|clang|make|cmake|ninja-build|cargo|rustc?|pkg-config|pkgconf|swig|git|(?!python3?-)\S+-dev|\S+-devel)$/;

type Family = "apt" | "dnf";

function installed(
  dockerfile: Dockerfile | undefined,
  stages: readonly Stage[],
  family: Family,
): readonly PackageToday[] {
  const found = new Map<string, PackageToday>();
  const steps = stages.flatMap((stage) => stage.instructions.map((instruction) => ({ stage, instruction })));
  for (const { stage, instruction } of steps) {
    const commands = instruction.keyword === "RUN" ? commandsOfInstruction(instruction, stage) : [];
    for (const { installs, name } of commands.flatMap((command) => changesOf(command, family)))
      if (installs) found.set(name, { name, place: `${dockerfile?.path}:${instruction.line}` });
      else found.delete(name);
  }
  return [...found.values()];
}

/** What a call of the package manager installs or removes, by name; a name with a variable in it is nobody's. */
function changesOf(
  { name, args, words }: ReturnType<typeof commandsOfInstruction>[number],
  family: Family,
): ReadonlyArray<{ readonly installs: boolean; readonly name: string }> {
  const manager = baseName(name);
  if (!MANAGERS.test(manager) || manager.startsWith("apt") !== (family === "apt")) return [];
  const verb = args.findIndex((word) => /^(?:install|remove|purge|autoremove|erase)$/.test(word));
  if (verb < 0) return [];
  return args
    .slice(verb + 1)
    .filter((word, at) => !word.startsWith("-") && words[verb + 2 + at]?.static === true)
    .map((word) => word.replace(/[=:].*$/, ""))
    .filter((word) => /^[a-z\d][a-z\d+.-]+$/.test(word))
    .map((word) => ({ installs: args[verb] === "install", name: RENAMED[word] ?? word }));
}
