import { stringify } from "yaml";
import type { Report } from "../../model/types.ts";
import type { Rendered } from "../manifest.ts";

/** YAML documents under a comment that says where they come from, what to fill in, and what is not proven. */
export function commented({ run }: Report, documents: readonly unknown[], said: Omit<Rendered, "text">): Rendered {
  const { fillIn, open } = said;
  const lines = [
    `Made from what run ${run.id} verified, by \`seaworthy manifests\`.`,
    ...(fillIn.length === 0 ? [] : ["", "To fill in:", ...fillIn.map((one) => `- ${one}`)]),
    ...(open.length === 0 ? [] : ["", "Not proven by this run:", ...open.map((one) => `- ${one}`)]),
  ];
  const head = lines.map((line) => `# ${line}`.trimEnd()).join("\n");
  const how = { lineWidth: 0, aliasDuplicateObjects: false };
  return { ...said, text: `${head}\n${documents.map((document) => stringify(document, how)).join("---\n")}` };
}
