import type { SetuptoolsUse } from "../model/types.ts";
import { names } from "./attempts.ts";
import { evidenceOf, type PythonFile, type PythonSources } from "./python-source.ts";

/** An import that the service can do without is tried. */
const ABSENT = /(?:^|\.)(?:ImportError|ModuleNotFoundError|Exception)$/;

/** Where the running code imports setuptools or its `pkg_resources`, which no Python brings by itself any more. */
export function setuptoolsUse(sources: PythonSources): SetuptoolsUse | undefined {
  const found = sources.withAny("pkg_resources", "setuptools").flatMap(importsOf);
  return found.find(({ module }) => module === "pkg_resources") ?? found[0];
}

const importsOf = (file: PythonFile): readonly SetuptoolsUse[] =>
  [...file.importedAt].flatMap(([name, at]) => {
    const [module] = name.split(".");
    if (module !== "pkg_resources" && module !== "setuptools") return [];
    const tried = file.attempts.some(
      (attempt) => at >= attempt.body.from && at < attempt.body.to && names(attempt, ABSENT),
    );
    return tried ? [] : [{ module, evidence: evidenceOf(file, { at }) }];
  });
