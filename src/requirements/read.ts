import { UserError } from "../kit/errors.ts";
import type { Requirement } from "../model/types.ts";
import { readOwnFile } from "../project/own-file.ts";

export const REQUIREMENTS_FILE = "seaworthy.requirements.yaml";

/**
 * Reads the team's requirements; undefined when the folder has none. The schema and its libraries are loaded only when
 * there is a file.
 * @throws UserError `requirements/invalid` with the file and the line of the first problem.
 */
export async function readRequirements(folder: string): Promise<readonly Requirement[] | undefined> {
  const text = await readOwnFile(folder, REQUIREMENTS_FILE);
  if (text === undefined) return undefined;
  const { parseRequirements } = await import("./schema.ts");
  const { requirements, problems } = parseRequirements(text);
  const [first, ...others] = problems;
  if (first === undefined) return requirements;
  throw new UserError("requirements/invalid", first.message, {
    hint: "docs/requirements.md shows each kind of proof.",
    where: { file: REQUIREMENTS_FILE, line: first.line },
    details: others.map(({ line, message }) => `${REQUIREMENTS_FILE}:${line}: ${message}`),
  });
}
