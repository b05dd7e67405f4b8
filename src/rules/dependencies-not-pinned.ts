import { posix } from "node:path";
import { filesOf, folderAfter } from "../project/installed-files.ts";
import type { Instruction } from "../model/types.ts";
import { normalName, readRequirement } from "../project/requirement.ts";
import { builder, healthy, healthyFile, project, runtime, slim, startLine } from "./queries/example.ts";
import { isContextBeside } from "./queries/context.ts";
import { type Install, namedPackages, pythonInstalls } from "./queries/installs.ts";
import { isShipped } from "./queries/shipping.ts";
import { type Command, commandsOf } from "./queries/commands.ts";
import { asksLock, isList } from "./queries/lock-asked.ts";
import { once } from "../kit/once.ts";
import { at, find } from "./queries/steps.ts";
import { some } from "./queries/some.ts";
import type { Rule, RuleInput } from "./rule.ts";

const withPip = (install: string): string =>
  `FROM ${slim} AS builder\nRUN python -m venv /app/.venv\nENV PATH="/app/.venv/bin:$PATH"\nWORKDIR /src\n${install}\n${runtime}${startLine}`;
const packaged = (...dependencies: readonly string[]) =>
  `[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n\n[project]\nname = "reactions"\nversion = "1.0.0"\nrequires-python = ">=3.12"\ndependencies = [${dependencies.map((one) => `"${one}"`).join(", ")}]\n\n[tool.hatch.build.targets.wheel]\npackages = ["app"]\n`;
const whole = "COPY pyproject.toml ./\nCOPY app/ ./app/\nRUN pip install --no-cache-dir .";
const listed = "COPY requirements.txt ./\nRUN pip install --no-cache-dir -r requirements.txt";
const loose = { "uv.lock": "", "pyproject.toml": packaged("fastapi>=0.115", "uvicorn") };
const unlocked = { "uv.lock": "", "pyproject.toml": "" };

const uvicornInLock = 'name = "uvicorn"\nversion = "0.38.0"\n';
const needsH11 = `${healthyFile("uv.lock", [uvicornInLock, `${uvicornInLock}dependencies = [{ name = "h11" }]\n`])}\n[[package]]\nname = "h11"\nversion = "0.16.0"\nsource = { registry = "https://index.example/simple" }\nwheels = [{ url = "https://index.example/h11-0.16.0-py3-none-any.whl" }]\n`;

export const dependenciesNotPinned: Rule = {
  id: "dependencies-not-pinned",
  title: "No lock and no exact version decides what is installed",
  why: "Each build takes the newest versions that the ranges allow: two builds of one commit differ, a release of somebody else breaks an unchanged service, and no list says what was tested.",
  source: "hadolint DL3013, which is about names in the command only",
  demand: "locked-versions",
  severity: "warning",
  confidence: "certain",
  advice:
    "Lock them: `uv lock` and `uv sync --locked`, or `uv pip compile --generate-hashes` (pip-compile) into a requirements.txt that the image installs.",
  aliases: ["DL3013", "DF051"],
  since: "0.1.0",
  provenBy: ["distributions-as-locked"],
  examples: {
    bad: [
      project({ ...loose, Dockerfile: withPip(whole) }),
      project({
        "uv.lock": "",
        "pyproject.toml": "",
        Dockerfile: withPip(listed),
        "requirements.txt": "fastapi\nuvicorn==0.38.0\n",
      }),
      // Beside a list that pins everything.
      project({
        "uv.lock": "",
        "pyproject.toml": "",
        Dockerfile: withPip(`${listed}\nRUN pip install --no-cache-dir pymysql`),
        "requirements.txt": "fastapi==0.121.0\nuvicorn==0.38.0\n",
      }),
      // Into a folder of its own, which is copied.
      project({
        "uv.lock": "",
        "pyproject.toml": "",
        Dockerfile: `FROM ${slim} AS builder\nCOPY requirements.txt /\nRUN pip install --no-cache-dir --target=/parts -r /requirements.txt\n\nFROM ${slim}\nCOPY --from=builder /parts /usr/local/lib/python3.13/site-packages\n`,
        "requirements.txt": "fastapi\nuvicorn==0.38.0\n",
      }),
      // The lock is there, and nothing asks it.
      project({ "pyproject.toml": loose["pyproject.toml"], Dockerfile: withPip(whole) }),
      project({ ...loose, Dockerfile: withPip(whole.replace(/\.$/, "-r pyproject.toml")) }),
      // Of uvicorn's own needs only the lock names versions.
      project({
        "uv.lock": needsH11,
        "pyproject.toml": packaged("fastapi==0.121.0", "uvicorn==0.38.0"),
        Dockerfile: withPip(whole),
      }),
      project({
        "uv.lock": "",
        "pyproject.toml": '[dependency-groups]\nmain = ["fastapi", "uvicorn==0.38.0"]\n',
        Dockerfile: withPip(whole.replace(/\.$/, "--group main")),
      }),
      project({ ...unlocked, Dockerfile: withPip('RUN pip install --no-cache-dir fastapi "uvicorn>=0.30"') }),
    ],
    good: [
      healthy,
      // Of another folder, which is not known here.
      project({
        "uv.lock": "",
        "pyproject.toml": "",
        Dockerfile: withPip(listed.replace("RUN ", "RUN cd plugins/emu && ")),
        "requirements.txt": "fastapi\n",
      }),
      project({ ...unlocked, Dockerfile: withPip("RUN pip install --no-cache-dir fastapi==0.121.0 uvicorn==0.38.0") }),
      project({ ...unlocked, Dockerfile: withPip("RUN pip install --no-cache-dir --upgrade pip setuptools") }),
      project({
        "uv.lock": "",
        "pyproject.toml": "",
        Dockerfile: withPip(`${listed}\nRUN pip install --no-cache-dir uvicorn`),
        "requirements.txt": "fastapi==0.121.0\nuvicorn==0.38.0\n",
      }),
      project({
        "uv.lock": "",
        "pyproject.toml": "",
        Dockerfile: withPip(listed),
        "requirements.txt": "fastapi==0.121.0\nfastapi[standard]\nuvicorn==0.38.0\n",
      }),
      project({
        ...loose,
        "pyproject.toml": packaged("fastapi==0.121.0", "uvicorn==0.38.0"),
        Dockerfile: withPip(whole),
      }),
      project({ ...loose, Dockerfile: withPip(whole.replace("install", "install -c constraints.txt")) }),
      project({ Dockerfile: `${builder}RUN uv pip install --no-deps .\n${runtime}${startLine}` }),
      // Another stage than what ships: the tools of the build.
      project({
        Dockerfile: `FROM ${slim} AS docs\nRUN pip install --no-cache-dir -r docs.txt\n\n${builder}${runtime}${startLine}`,
        "docs.txt": "sphinx\n",
      }),
    ],
  },
  *check(input) {
    const { dockerfile, service } = input;
    const { lock } = service;
    const decides = lock !== undefined && asksLock(input);
    // Beside a manager's lock that is what `install-beside-lock` tells.
    if (decides && !isList(lock)) return;
    const besideLock = `: ${lock?.path ?? ""} ${decides ? "does not hold it" : "is not asked"}`;
    const beside = lock === undefined ? "" : besideLock;
    for (const install of pythonInstalls(dockerfile)) {
      const { step, command, call } = install;
      if (install.tool !== "pip" || call.verb === "wheel" || !isShipped(input, install)) continue;
      const open = openIn(install, input, decides);
      if (open.length === 0) continue;
      yield {
        message: `\`${command.text}\` installs ${some(open)} in whatever version is newest${beside}.`,
        ...(command.conditional === true ? { confidence: "likely" as const } : {}),
        where: at(dockerfile, step.instruction, find(dockerfile, step.instruction, command.text)),
      };
    }
  },
};

/** What one command leaves open; where a pinned list decides, only what that does not hold. */
function openIn(install: Install, input: RuleInput, decides: boolean): readonly string[] {
  // A list of its own, or no list of what is needed.
  if (install.call.words.some((word) => /^(?:-c|--constraints?(?:=.*)?|--no-deps|--require-hashes)$/.test(word)))
    return [];
  const names = ofNames(install, input);
  if (!decides) return [...new Set([...ofProject(install, input), ...ofFiles(install, input), ...names])];
  const locked = new Set(input.service.lock?.packages.map(({ name }) => name));
  return [...new Set(names.filter((name) => !locked.has(normalName(name))))];
}

/** `uv pip install -r pyproject.toml` takes what it asks for. */
const PROJECT = /(?:^|\/)pyproject\.toml$/;

/** `pip install .` and `pip install --group main`: what pyproject.toml asks for without one version. */
function ofProject({ items }: Install, { service }: RuleInput): readonly string[] {
  const { dependencies: known, lock, name: own } = service;
  const isWhole =
    items.folders.some(({ path }) => /^\.\/?$/.test(path)) || items.files.some((file) => PROJECT.test(file));
  const asked = [...(isWhole ? known.runtime : []), ...items.groups.flatMap((group) => known.groups[group] ?? [])];
  const open = asked.filter(({ requirement }) => isOpen(requirement)).map(({ name }) => name);
  if (lock === undefined || isList(lock) || !isWhole) return open;
  // What the project asks for may have its versions there; what that needs in turn has them in the lock alone.
  const named = new Set([...asked.map(({ name }) => name), normalName(own)]);
  return [...open, ...known.runtimeClosure.filter((name) => !named.has(name))];
}

/** A Dockerfile that is built from its own folder takes the list from there. */
const contextOf: (input: RuleInput) => { readonly folder: string; readonly files: readonly string[] } = once(
  (input) => {
    const { files } = input.service;
    if (!isContextBeside(input)) return { folder: "", files };
    const folder = `${posix.dirname(input.dockerfile.path)}/`;
    return { folder, files: files.filter((file) => file.startsWith(folder)).map((file) => file.slice(folder.length)) };
  },
);

/** The folder that each command of a RUN is in. */
const foldersOf: (instruction: Instruction) => ReadonlyMap<Command, string> = once((instruction) => {
  let folder = "";
  return new Map(
    commandsOf(instruction).map((command): [Command, string] => {
      const before = folder;
      folder = folderAfter(folder, command.argv);
      return [command, before];
    }),
  );
});

function ofFiles({ items, step, command: own }: Install, input: RuleInput): readonly string[] {
  const { dockerfile, read } = input;
  const { folder, files } = contextOf(input);
  if (items.files.length === 0) return [];
  const within = foldersOf(step.instruction).get(own) ?? "";
  return filesOf(items.files, { dockerfile, ...step, files, within }).flatMap((path) => {
    const text = PROJECT.test(path) ? undefined : read?.(`${folder}${path}`);
    // Constraints in the file itself decide.
    if (text === undefined || /^\s*(?:-c|--constraint)\b/m.test(text)) return [];
    const asked = text.split("\n").flatMap((line) => {
      const written = line.replace(/(?:^|\s)#.*$/, "").trim();
      if (written === "" || written.startsWith("-") || /^[./]|^[\w+]+:/.test(written)) return [];
      const name = readRequirement(written)?.name;
      return name === undefined ? [] : [{ name, open: isOpen(written) }];
    });
    // `bleach==6.3.0` and `bleach[css]`: one line decides for both.
    const decided = new Set(asked.filter(({ open }) => !open).map(({ name }) => name));
    return asked.filter(({ name }) => !decided.has(name)).map(({ name }) => name);
  });
}

const ofNames = ({ items }: Install, { service }: RuleInput): readonly string[] =>
  namedPackages(items, service).flatMap(({ name, written }) => (isOpen(written) ? [name] : []));

const isOpen = (requirement: string): boolean => !/===?\s*[\w.]+|\s@\s|@\s*(?:git|https?|file)\b/.test(requirement);
