import { UserError } from "../kit/errors.ts";
import { readText } from "../kit/files.ts";
import { hadolintSettings, type HadolintSettings } from "../policy/hadolint.ts";
import type { TreeProblem } from "../project/tree.ts";
import { readYaml } from "../project/yaml-file.ts";

/**
 * @param shown the file as seen from the service's folder.
 * @throws UserError `hadolint/invalid` with file and line.
 */
export async function readHadolint(file: string, shown: string): Promise<HadolintSettings> {
  const problems: TreeProblem[] = [];
  const [document] = await readYaml(shown, (await readText(file)) ?? "", problems);
  const [broken] = problems;
  if (broken !== undefined) throw invalid(`The file ${broken.message}`, shown, broken.line);
  const settings = hadolintSettings(document?.value, shown);
  if (!("problem" in settings)) return settings;
  const { problem, key } = settings;
  throw invalid(
    `The file of hadolint cannot be used: ${problem}`,
    shown,
    document?.evidence(key === "" ? [] : [key]).line ?? 1,
  );
}

const invalid = (message: string, file: string, line: number) =>
  new UserError("hadolint/invalid", message, {
    hint: "Mend it for both, or write `hadolint: false` into seaworthy.yaml: then it is not read.",
    where: { file, line },
  });
