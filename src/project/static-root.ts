import type { Service } from "../model/types.ts";
import { pathOf } from "./paths.ts";
import { evidenceOf, type PythonSources } from "./python-source.ts";

/** The folder of the project into which Django's `collectstatic` puts its files. */
export function staticRootOf(sources: PythonSources): Pick<Service, "staticRoot"> {
  for (const file of sources.withAny("STATIC_ROOT")) {
    for (const { target, value, scope } of file.assignments) {
      if (target !== "STATIC_ROOT" || scope.kind !== "module" || value === undefined) continue;
      const path = pathOf(sources, file, value)?.replace(/^\.\//, "").replace(/\/$/, "");
      if (path !== undefined && /^\w[\w./-]*$/.test(path) && !path.includes(".."))
        return { staticRoot: { value: path, confidence: "certain", evidence: [evidenceOf(file, value)] } };
    }
  }
  return {};
}
