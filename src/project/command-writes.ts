import { posix } from "node:path";
import type { PathUse, StartCommand } from "../model/types.ts";
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
      .map((path): PathUse => ({ path: posix.normalize(path), when: "start", evidence }));
  });
}
