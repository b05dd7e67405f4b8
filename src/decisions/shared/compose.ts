import type { Service, StartCommand } from "../../model/types.ts";

/** A Compose file that is read when none is named; only then its override is read with it. */
const DEFAULT = /^((?:docker-)?compose)(\.ya?ml)$/;
const OVERRIDE = /^(?:docker-)?compose\.override\.ya?ml$/;
/** What only makes the environment that the image has already. */
const PREPARES = /^(?:uv\s+(?:sync|venv|lock|pip)|(?:poetry|pdm|pipenv)\s+(?:install|sync|lock))\b/;
const SERVES = /^(exec\s+)?(?:uv|poetry|pdm|pipenv)\s+run\b/;
const STARTERS = /^(?:uv|poetry|pdm|pipenv)\b/;

/** The tool that a command is started by and that the new image does not have. */
export const starterOf = ({ wrappers }: Pick<StartCommand, "wrappers">): string | undefined =>
  wrappers.map((one) => STARTERS.exec(one)?.[0]).find((one) => one !== undefined);

/** The commands of a shell line, or the line itself. */
const commandsIn = (written: string): readonly string[] =>
  written
    .replace(/^(?:\/bin\/)?(?:ba|da|a)?sh\s+-\w*c\s+(["'])([\s\S]*)\1$/, "$2")
    .split(/&&|;|\n/)
    .map((one) => one.trim())
    .filter((one) => one !== "");

/** A start whose every command is such a tool's: leaving it out then leaves nothing else out. */
function isOnlyStarter(start: StartCommand): boolean {
  const { written, argv } = start;
  const commands = commandsIn(written);
  const words = [...argv].join(" ");
  return (
    starterOf(start) !== undefined &&
    argv.length > 0 &&
    !words.includes("$") &&
    commands.slice(0, -1).every((one) => PREPARES.test(one)) &&
    SERVES.test(commands.at(-1) ?? "")
  );
}

/**
 * What an override file would say, so that the services of today's Compose file start in an image without uv, Poetry,
 * PDM or Pipenv. Undefined
 * when there is nothing to say, or when the team has an override of its own.
 * @param dockerfile The rendered one: a service that is built from another keeps its command.
 */
export function composeOverride(
  { starts, files }: Service,
  dockerfile: string,
): { readonly path: string; readonly starts: readonly StartCommand[] } | undefined {
  if (files.some((file) => OVERRIDE.test(file))) return undefined;
  const ours = starts.filter(
    (start) => start.compose?.builds === dockerfile && !start.compose.entrypoint && isOnlyStarter(start),
  );
  const [first] = ours;
  const name = DEFAULT.exec(first?.evidence.file ?? "");
  if (first === undefined || name === null) return undefined;
  const file = first.evidence.file;
  return {
    path: `${name[1]}.override${name[2]}`,
    starts: ours.filter(({ evidence }) => evidence.file === file),
  };
}
