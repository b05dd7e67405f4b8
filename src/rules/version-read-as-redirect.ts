import { literal } from "../kit/pattern.ts";
import type { Dockerfile, Instruction } from "../model/types.ts";
import { toolCall } from "../project/install-command.ts";
import { type Command, commandsOf } from "./queries/commands.ts";
import { changed, healthy, inBuilder } from "./queries/example.ts";
import { edited, type Mended, onlyPlace } from "./queries/fixes.ts";
import { at, find, reachableSteps } from "./queries/steps.ts";
import { some } from "./queries/some.ts";
import type { Rule } from "./rule.ts";

const run = (command: string) => inBuilder(`RUN ${command}`);

export const versionReadAsRedirect: Rule = {
  id: "version-read-as-redirect",
  title: "The shell reads the limit of a version as a redirection",
  why: "`pip install flask>=2` asks for any flask and writes pip's output to a file called `=2`, which stays in the image. What is installed already is kept, however old. `flask<3` reads from a file `3` and ends the build.",
  source: "pip's documentation, requirement specifiers: use quotes around specifiers in the shell; pypa/pip #12396",
  demand: "locked-versions",
  severity: "error",
  confidence: "certain",
  advice: 'Quote the whole word: `pip install "flask>=2,<3"`; best let a lock decide.',
  aliases: [],
  since: "0.1.0",
  fixes: "quotes the word.",
  provenBy: [],
  examples: {
    bad: [
      run("pip install --no-cache-dir --upgrade pip setuptools>=65.5.1,<81 wheel"),
      run("pip install --no-cache-dir uv>=0.9"),
      run("<<EOF\nset -e\npython -m pip install --no-cache-dir poetry<2\nEOF"),
      run("uv pip install --system gunicorn >= 23"),
      run("apk add --no-cache nodejs>18"),
      run("conda install -y python>=3.11"),
      changed(["uv sync --locked", "pip install --no-cache-dir build[uv]>1.0 && \\\n    uv sync --locked"]),
    ],
    good: [
      healthy,
      run("pip install --no-cache-dir \"build>=1.2,<2\" 'wheel>=0.40' setuptools\\>=65"),
      run("pip install --no-cache-dir build==1.2.2 > /tmp/pip.log 2>&1"),
      run("pip install --no-cache-dir build==1.2.2 >/dev/null && pip list >packages.txt"),
      run("pip install --no-cache-dir build==1.2.2 2>1.log"),
      run("xargs pip install --no-cache-dir < tools.txt"),
      run("<<EOF\ncat > /tmp/tools.txt <<END\nbuild>=1.2\nEND\nEOF"),
      run("echo build>=1.2"),
    ],
  },
  *check({ dockerfile }) {
    for (const { instruction } of reachableSteps(dockerfile)) {
      if (instruction.keyword !== "RUN") continue;
      for (const command of commandsOf(instruction)) {
        const limits = installs(command) ? unquotedLimits(command.text) : [];
        if (limits.length === 0) continue;
        yield {
          message: `The shell reads ${some(limits.map((limit) => `\`${limit}\``))} as a redirection: ${effectOf(limits)}.`,
          where: at(dockerfile, instruction, find(dockerfile, instruction, limits[0] ?? "")),
          ...quoted(dockerfile, instruction, limits),
        };
      }
    }
  },
};

const effectOf = (limits: readonly string[]): string =>
  limits.some((limit) => limit.includes("<"))
    ? "the step ends where no file has that name"
    : "any version is good, and a file of that name is written";

const INSTALLERS = /^(?:apk|conda|mamba|micromamba|pipx)$/;

/** As written in the file: what `sh -c` reads has lost its quotes here. */
const installs = ({ argv, program, start }: Command): boolean =>
  start !== undefined &&
  argv.some((word) => /^(?:install|add|create|download|wheel)$/.test(word)) &&
  (INSTALLERS.test(program) || toolCall(argv) !== undefined);

/** `flask>=2,<3` and `flask >= 2`; `> 2` alone may be meant. */
const LIMIT =
  /(?<=\s)[A-Za-z_][\w.-]*(?:\[[\w,.-]+\])?(?:(?:,?(?:[<>]=?|[=!~]=)\d[\w.*]*)+|[ \t]+[<>]=[ \t]*\d[\w.*]*)(?=\s|$)/g;

function unquotedLimits(text: string): readonly string[] {
  const bare = text.replaceAll(/'[^']*'|"[^"]*"|\\[^]/g, (part) => "_".repeat(part.length));
  return Array.from(bare.matchAll(LIMIT), ({ 0: { length }, index }) => text.slice(index, index + length)).filter(
    (limit) => /[<>]/.test(limit),
  );
}

function quoted(dockerfile: Dockerfile, instruction: Instruction, limits: readonly string[]): Mended {
  const places = limits.map((limit) => ({ limit, place: onlyPlace(dockerfile, instruction, literal(limit)) }));
  const edits = places.flatMap(({ limit, place }) =>
    place === undefined || /["'\\]/.test(limit)
      ? []
      : [{ file: dockerfile.path, ...place, text: `"${limit.replaceAll(/\s/g, "")}"` }],
  );
  return edits.length < limits.length ? {} : edited(`Quote ${limits.join(", ")}`, ...edits);
}
