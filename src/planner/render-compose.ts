import type { ImageSpec } from "../model/types.ts";
import { comment } from "./comment.ts";

/** What Compose lays over the team's own file. */
export function renderCompose({ commands }: NonNullable<ImageSpec["compose"]>): string {
  const services = Object.entries(commands).flatMap(([name, argv]) => [
    `  ${/^[A-Za-z_][\w-]*$/.test(name) ? name : JSON.stringify(name)}:`,
    `    command: [${argv.map((word) => JSON.stringify(word)).join(", ")}]`,
  ]);
  return [
    ...comment(
      "Written by seaworthy. Compose reads this with the file beside it. The image has no installer: these services are started without it.",
    ),
    "services:",
    ...services,
    "",
  ].join("\n");
}
