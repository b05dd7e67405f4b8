import type { Service, StartCommand } from "../../model/types.ts";

/** A Compose file that is read when none is named; only then its override is read with it. */
const DEFAULT = /^((?:docker-)?compose)(\.ya?ml)$/;
const OVERRIDE = /^(?:docker-)?compose\.override\.ya?ml$/;
/** What only makes the environment that the image has already. */
const PREPARES = /^uv\s+(sync|venv|lock|pip)\b/;
const SERVES = /^(exec\s+)?uv\s+run\b/;

/** The commands of a shell line, or the line itself. */
const commandsIn = (written: string): readonly string[] =>
  written
    .replace(/^(?:\/bin\/)?(?:ba|da|a)?sh\s+-\w*c\s+(["'])([\s\S]*)\1$/, "$2")
    .split(/&&|;|\n/)
    .map((one) => one.trim())
    .filter((one) => one !== "");

/** A start whose every command is uv's: leaving uv out then leaves nothing else out. */
function isOnlyUv({ written, argv, wrappers }: StartCommand): boolean {
  const commands = commandsIn(written);
  const words = [...argv].join(" ");
  return (
    wrappers.some((one) => one.startsWith("uv")) &&
    argv.length > 0 &&
    !words.includes("$") &&
    commands.slice(0, -1).every((one) => PREPARES.test(one)) &&
    SERVES.test(commands.at(-1) ?? "")
  );
}

/**
 * What an override file would say, so that the services of today's Compose file start in an image without uv. Undefined
 * when there is nothing to say, or when the team has an override of its own.
 * @param dockerfile The rendered one: a service that is built from another keeps its command.
 */
export function composeOverride(
  { starts, files }: Service,
  dockerfile: string,
): { readonly path: string; readonly starts: readonly StartCommand[] } | undefined {
  if (files.some((file) => OVERRIDE.test(file))) return undefined;
  const ours = starts.filter(
    (start) => start.compose?.builds === dockerfile && !start.compose.entrypoint && isOnlyUv(start),
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
