import { flagValue } from "../../dockerfile/arguments.ts";
import { commandsOfInstruction } from "../../dockerfile/shell.ts";
import { reachableStages } from "../../dockerfile/stages.ts";
import { shellWord } from "../../kit/shell-word.ts";
import type { Dockerfile, Service } from "../../model/types.ts";
import { setupCall } from "../../project/install-command.ts";
import { baseName, programOf, unwrap } from "../../project/unwrap.ts";
import { editsCode } from "./code-edits.ts";

type ShellCommand = ReturnType<typeof commandsOfInstruction>[number];

/** A step of today's build that makes something which neither the lock nor a tracked file holds. */
export interface BuildStep {
  /** The command as a shell takes it, without what stood around it: `uv run`, `|| true`. */
  readonly text: string;
  /** `file:line`. */
  readonly place: string;
  /** Folder of the project that it fills, where that is known; such a step can be carried over. */
  readonly makes: string | undefined;
}

/** Programs whose work the rework does in its own way, or that leave nothing behind which the service reads. */
const OURS = new RegExp(
  `^(?:${[
    // The distribution's packages, certificates and languages.
    "apt|apt-get|apt-key|apk|dnf|yum|microdnf|tdnf|rpm|dpkg|dpkg-\\w+|debconf\\S*|add-apt-repository|update-\\w[\\w-]*|ldconfig|locale-gen|localedef|gpg",
    // Users, owners, modes, folders, and what only looks or talks.
    "useradd|adduser|addgroup|groupadd|usermod|groupmod|passwd|chpasswd|chown|chgrp|chmod|setcap|mkdir|rmdir|rm|touch|install|ln|find|xargs|ls|cat|du|which|type|command|test|\\[|\\[\\[|true|false|:|echo|printf|cd|pushd|popd|export|set|unset|shopt|source|\\.|umask|ulimit|sync|sleep|exit|sed|grep|head|tail|date|uname|id|env|dos2unix|read|wait|trap|local|return|shift|break",
    // Installers of Python's packages, and what checks the code.
    "uv|pip[\\d.]*|pipx|poetry|pdm|pipenv|hatch|rye|virtualenv|conda|mamba|micromamba|easy_install|flake8|black|isort|ruff|mypy|pyright|pylint|bandit|pytest|py\\.test|tox|nox|coverage|pre-commit",
  ].join("|")})$`,
);
const OUR_MODULE =
  /^(?:pip|venv|virtualenv|ensurepip|compileall|py_compile|pipx|uv|poetry|build|flake8|black|isort|ruff|mypy|pylint|pytest|unittest|site|sysconfig)$/;
/** Fetches an installer of Python's packages, or a key of the distribution's. */
const INSTALLER =
  /astral\.sh|python-poetry\.org|get-pip|get-poetry|pdm-project|uv-installer|keyring|\.gpg\b|\.asc\b|\/etc\/apt/;

/** What is run on the service's files or fetched while today's image is built; in the order of the file. */
export function buildStepsToday(dockerfile: Dockerfile | undefined, service: Service): readonly BuildStep[] {
  if (dockerfile === undefined) return [];
  return reachableStages(dockerfile).flatMap((stage) =>
    stage.instructions.flatMap((instruction): readonly BuildStep[] => {
      const place = `${dockerfile.path}:${instruction.line}`;
      if (instruction.keyword === "RUN") {
        const commands = commandsOfInstruction(instruction, stage);
        const edits = (command: ShellCommand) => editsCode(command, { dockerfile, stage, instruction });
        return commands.flatMap((command, index) => {
          return stepOf(command, commands[index - 1], { place, service, edits }) ?? [];
        });
      }
      const outside = outsideSource(dockerfile, instruction);
      return outside === undefined ? [] : [{ text: outside, place, makes: undefined }];
    }),
  );
}

function stepOf(
  command: ShellCommand,
  before: ShellCommand | undefined,
  {
    place,
    service,
    edits,
  }: { readonly place: string; readonly service: Service; edits: (command: ShellCommand) => boolean },
): BuildStep | undefined {
  // `python -mvenv` is `python -m venv`.
  const argv = unwrap([command.name, ...command.args]).argv.flatMap((word, at, [first = ""]) =>
    at > 0 && isPython(first) && /^-m[a-z]/.test(word) ? ["-m", word.slice(2)] : [word],
  );
  // A shell that runs a script of its own is followed by what it runs.
  if (argv.length === 0 || command.name === "" || isShellWithScript(command)) return undefined;
  const { program, rest } = programOf(argv);
  if ((isOurs(argv, program, rest) && !edits(command)) || fetchesInstaller(command, before, argv)) return undefined;
  const text = [
    ...command.assignments.map(({ name, value }) => `${name}=${shellWord(value)}`),
    ...argv.map(shellWord),
  ].join(" ");
  const isStatic = command.words.every((word) => word.static) && command.assignments.every((one) => one.static);
  const fixed = isStatic && !/[\r\n]/.test(text);
  return { text, place, makes: fixed ? madeBy(program, rest, service) : undefined };
}

const isPython = (word: string): boolean => /^(?:python|pypy)[\d.]*$/.test(baseName(word));

function isOurs(argv: readonly string[], program: string, rest: readonly string[]): boolean {
  if (argv.length === 2 && /^--?version$/.test(argv[1] ?? "")) return true;
  if (isPython(argv[0] ?? "") && argv.includes("-m")) return OUR_MODULE.test(program);
  if (setupCall(argv) !== undefined) return true;
  if (isPython(program)) return rest.every((word) => /^-(?:V|VV|-version)$/.test(word));
  return OURS.test(baseName(program)) || (program === "git" && rest[0] === "config");
}

/** An installer of packages that is fetched, or what is piped into the shell that runs it. */
function fetchesInstaller(
  { redirects, connection }: ShellCommand,
  before: ShellCommand | undefined,
  argv: readonly string[],
): boolean {
  const piped = connection === "|" ? (before?.args ?? []) : [];
  return INSTALLER.test([...argv, ...redirects.map(({ target }) => target), ...piped].join(" "));
}

/** `sh -c "…"` and `bash <<EOF`: what they run comes as commands of its own. */
const isShellWithScript = ({ name, args }: ShellCommand): boolean =>
  /^(?:ba|da|a|z)?sh$/.test(baseName(name)) && args.some((word) => /^-[a-z]*c$/.test(word));

const CATALOGUE = /^((?:.*\/)?locale)\/[\w@-]+\/LC_MESSAGES\/[^/]+\.po$/;

/** Where a known generator puts what it makes. */
function madeBy(program: string, rest: readonly string[], service: Service): string | undefined {
  if (/^(?:manage\.py|django|django-admin)$/.test(baseName(program))) {
    if (/^(?:collectstatic|compress)$/.test(rest[0] ?? "")) return service.staticRoot?.value;
    // Beside each catalogue, which is copied with the folder that it lies in.
    if (rest[0] === "compilemessages") return service.files.map((file) => CATALOGUE.exec(file)?.[1]).find(Boolean);
  }
  if (program === "pybabel" && rest[0] === "compile") return folderAfter(rest, "-d", "--directory");
  return undefined;
}

function folderAfter(words: readonly string[], ...options: readonly string[]): string | undefined {
  const at = words.findIndex((word) => options.includes(word));
  const folder = at < 0 ? undefined : words[at + 1]?.replace(/^\.\//, "").replace(/\/$/, "");
  return folder !== undefined && /^\w[\w./-]*$/.test(folder) && !folder.includes("..") ? folder : undefined;
}

/** Files of another image or of an address, but for uv's. */
function outsideSource(dockerfile: Dockerfile, instruction: Dockerfile["stages"][number]["instructions"][number]) {
  const words = instruction.words;
  if (instruction.keyword === "ADD") {
    const remote = words.slice(0, -1).filter((word) => /^(?:https?|git|ssh):\/\/|^git@/.test(word));
    return remote.some((word) => !INSTALLER.test(word)) ? `ADD ${words.join(" ")}` : undefined;
  }
  if (instruction.keyword !== "COPY") return undefined;
  const from = flagValue(instruction, "from") ?? "";
  const isStage = dockerfile.stages.some(({ name, index }) => name === from.toLowerCase() || String(index) === from);
  const isUv = /(?:^|\/)uv(?:[:@]|$)/.test(from) || words.slice(0, -1).every((word) => /\/uvx?$/.test(word));
  return from === "" || isStage || isUv ? undefined : `COPY --from=${from} ${words.join(" ")}`;
}
