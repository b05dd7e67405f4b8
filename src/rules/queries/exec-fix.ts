import { literal } from "../../kit/pattern.ts";
import type { Dockerfile, Instruction } from "../../model/types.ts";
import type { Command } from "./commands.ts";
import { edited, type Mended, onlyPlace } from "./fixes.ts";

/** Only a command by itself, or one that follows others, can take the shell's place. */
export const canExec = ({ connection, env }: Command): boolean =>
  Object.keys(env).length === 0 && [undefined, "&&", ";", "\n"].includes(connection);

/** Lets the last command of a shell line take the shell's place, where its place in the Dockerfile is certain. */
export function withExec(dockerfile: Dockerfile, instruction: Instruction, last: Command): Mended {
  const written = JSON.stringify(last.text).slice(1, -1);
  const place = canExec(last) ? onlyPlace(dockerfile, instruction, literal(written)) : undefined;
  if (place === undefined || last.argv[0] === "exec") return {};
  return edited("Add exec", { file: dockerfile.path, start: place.start, end: place.start, text: "exec " });
}
