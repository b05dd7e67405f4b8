import type { SyncSpec } from "../../model/types.ts";
import type { Facts } from "../decider.ts";

/** Installed as a package, left where it lies, or not installed at all; a wrong choice is a ModuleNotFoundError at start. */
export function projectInstall(facts: Facts): { readonly project: SyncSpec["project"]; readonly because: string } {
  const { packaging } = facts.service;
  if (packaging.kind.value === "unpackaged")
    return {
      project: "none",
      because:
        "The project is no installable package: it is imported from the working directory, so only its dependencies are installed.",
    };
  if (facts.installsProject === false && !packaging.readsOwnVersion.value)
    return {
      project: "none",
      because:
        "Today's image imports the project from the working directory and never installs it, so nothing shows that it can be built: only its dependencies are installed.",
    };
  if (packaging.looksUpFromFile.value)
    return {
      project: "editable",
      because:
        "The code finds files relative to its own source files, so it stays where it lies and is linked into the environment.",
    };
  if (writesInstance(facts))
    return {
      project: "editable",
      because:
        "The code writes to Flask's `instance` folder, which of an installed package lies within the environment and is nobody's to write: it stays where it lies, with the folder beside it.",
    };
  return {
    project: "no-editable",
    because:
      "The project is built into the environment, so no link points to a source folder that the runtime does not have.",
  };
}

const writesInstance = ({ service: { framework, writes } }: Facts): boolean =>
  framework.value === "flask" && writes.some(({ path }) => path.startsWith("instance/"));

/** Its code is imported from the working directory, so what a command makes there is where the code looks for it. */
export const isLeftInPlace = (facts: Facts): boolean => projectInstall(facts).project === "none";
