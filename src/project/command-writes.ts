import { posix } from "node:path";
import type { PathUse, StartCommand } from "../model/types.ts";
import type { EnvSettings } from "./docker-facts.ts";
import { pathOf } from "./paths.ts";
import { gunicornFile } from "./port-config.ts";
import { evidenceOf, moduleAssignment, type PythonSources } from "./python-source.ts";
import { splitWords } from "./stack/split-words.ts";
import { baseName } from "./unwrap.ts";

/** Options of servers and workers that name a file which they write. */
const WRITTEN: Readonly<Record<string, RegExp>> = {
  celery: /^(?:--logfile|-f|--pidfile|--schedule|-s|--statedb)$/,
  gunicorn: /^(?:--access-logfile|--error-logfile|--log-file|--pid|-p)$/,
};

/** Streams, and what is no path. */
const NO_FILE = /^$|^-|^\/dev\/|[%$<>]/;

/** Files that the commands themselves name, and the one in which Celery's beat keeps its times where they name none. */
export function commandWrites(starts: readonly StartCommand[]): readonly PathUse[] {
  return starts.flatMap(({ argv, evidence }) => {
    const program = baseName(argv[0] ?? "");
    const options = Object.hasOwn(WRITTEN, program) ? WRITTEN[program] : undefined;
    if (options === undefined) return [];
    const named = argv.flatMap((word, at) => {
      const [, name = word, value = argv[at + 1] ?? ""] = /^(--[\w-]+)=(.*)$/.exec(word) ?? [];
      return options.test(name) ? [value] : [];
    });
    const isBeat = program === "celery" && (argv.includes("beat") || argv.includes("-B"));
    const keepsTimes = argv.some((word) => /^(?:--schedule(?:=|$)|-s$|--scheduler(?:=|$)|-S$)/.test(word));
    const paths = [...named, ...(isBeat && !keepsTimes ? ["celerybeat-schedule"] : [])];
    return paths
      .filter((path) => !NO_FILE.test(path))
      .map((path): PathUse => ({ path: posix.normalize(path), when: "start", file: true, evidence }));
  });
}

/** Files that servers and workers are told to write: by their commands, and by gunicorn's own configuration. */
export const serverWrites = (
  starts: readonly StartCommand[],
  sources: PythonSources,
  env: EnvSettings,
): readonly PathUse[] => [...commandWrites(starts), ...gunicornWrites(starts, sources, env)];

/** Settings of gunicorn's file that name a file which it writes, with the options that go before them. */
const SETTINGS: ReadonlyArray<readonly [setting: string, options: RegExp, log?: true]> = [
  ["accesslog", /^--access-logfile(?:=|$)/, true],
  ["errorlog", /^--(?:error-logfile|log-file)(?:=|$)/, true],
  ["pidfile", /^(?:--pid(?:=|$)|-p$)/],
];

/** Files that gunicorn's own configuration names, in GUNICORN_CMD_ARGS or in its file, where the command names none. */
function gunicornWrites(starts: readonly StartCommand[], sources: PythonSources, env: EnvSettings): readonly PathUse[] {
  const start = starts.find(({ server }) => server === "gunicorn");
  if (start === undefined) return [];
  const added = env.get("GUNICORN_CMD_ARGS");
  const words = added === undefined ? [] : splitWords(added.value);
  const byVariable =
    added === undefined ? [] : commandWrites([{ ...start, argv: ["gunicorn", ...words], evidence: added }]);
  const said = [...start.argv, ...words];
  return [...byVariable, ...ofFile(start, sources, said)];
}

function ofFile(start: StartCommand, sources: PythonSources, said: readonly string[]): readonly PathUse[] {
  const file = gunicornFile(start, sources);
  if (file === undefined) return [];
  return SETTINGS.flatMap(([name, options, log]) => {
    const setting = said.some((word) => options.test(word)) ? undefined : moduleAssignment(file, name);
    const path = setting === undefined ? undefined : pathOf(sources, file, setting.value, setting);
    if (setting === undefined || path === undefined || NO_FILE.test(path)) return [];
    const use = { path: posix.normalize(path), when: "start", evidence: evidenceOf(file, setting) } as const;
    return [log === undefined ? use : { ...use, log }];
  });
}
