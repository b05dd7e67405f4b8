import { stringify } from "yaml";
import type { Report } from "../../model/types.ts";
import type { Rendered } from "../manifest.ts";

/** YAML documents under a comment that says where they come from, what to fill in, and what is not proven. */
export function commented(
  { run }: Report,
  documents: readonly unknown[],
  { todo, open }: Pick<Rendered, "todo" | "open">,
): string {
  const lines = [
    `Made from what run ${run.id} verified, by \`seaworthy manifests\`.`,
    ...(todo.length === 0 ? [] : ["", "To fill in:", ...todo.map((one) => `- ${one}`)]),
    ...(open.length === 0 ? [] : ["", "Not proven by this run:", ...open.map((one) => `- ${one}`)]),
  ];
  const head = lines.map((line) => `# ${line}`.trimEnd()).join("\n");
  return `${head}\n${documents.map((document) => stringify(document, { lineWidth: 0, aliasDuplicateObjects: false })).join("---\n")}`;
}
