import { counted } from "../kit/text.ts";
import { layers, type Layers } from "../probes/layers.ts";
import type { BrokenReference } from "../probes/support/environments.ts";
import type { Check } from "./check.ts";
import { exampleLayers } from "./support/examples.ts";
import { fail, notApplicable, pass, some } from "./support/verdicts.ts";

const withBroken = (...broken: readonly BrokenReference[]): Layers => ({
  ...exampleLayers,
  environments: { ...exampleLayers.environments, broken },
});

const WORDS: Readonly<Record<BrokenReference["kind"], (broken: BrokenReference) => string>> = {
  interpreter: ({ path, names }) => `${path} is started by \`${names}\`, which is not there`,
  "base Python": ({ path, names }) => `${path} rests on \`${names}\`, which is not there`,
  editable: ({ path, names }) => `${path} was installed as a link to \`${names}\`, which is not there`,
  "path file": ({ path, names }) => `${path} adds \`${names}\`, which is not there`,
  "Python version": ({ path, names }) => `${path} was made for another Python than \`${names}\``,
};

export const environmentIntact: Check<Layers> = {
  id: "environment-intact",
  severity: "warning",
  title: "What was built in another stage still fits where it was copied",
  why: "A virtual environment holds absolute paths: to its Python, in the first line of each script, to sources that were installed as editable. Copied elsewhere, they lead nowhere.",
  source: "Python documentation: venv, environments are not movable",
  whenItFails: {
    symptom:
      "`no such file or directory` for a script that is there, or `ModuleNotFoundError` for an installed package.",
    cause:
      "The environment was built at another path or with another Python than the final stage has, or the project was installed as editable and its sources stayed in the builder.",
    remedy: "Build it at the path where it will lie, on the same base, with `--no-editable`.",
  },
  needs: layers,
  examples: [
    { name: "all there", data: exampleLayers, status: "pass" },
    {
      name: "scripts of another path",
      data: withBroken({ kind: "interpreter", path: "/app/.venv/bin/uvicorn", names: "/build/.venv/bin/python" }),
      status: "fail",
    },
    {
      name: "made for another Python",
      data: withBroken({ kind: "Python version", path: "/app/.venv/lib/python3.12", names: "/usr/bin/python3.13" }),
      status: "fail",
    },
    {
      name: "editable without its sources",
      data: withBroken({ kind: "editable", path: "/app/.venv/x-1.dist-info/direct_url.json", names: "/src/x" }),
      status: "fail",
    },
    {
      name: "nothing to look at",
      data: { ...exampleLayers, environments: { folders: [], scripts: 0, broken: [] } },
      status: "not-applicable",
    },
  ],
  judge({ environments: { folders, scripts, broken } }) {
    if (broken.length > 0) return fail(`${some(broken.map((one) => WORDS[one.kind](one)))}.`);
    if (folders.length === 0 && scripts === 0)
      return notApplicable("The image holds no virtual environment and no script outside of the system's packages.");
    return pass(
      `${counted(folders.length, "virtual environment")} and ${counted(scripts, "script")} name only what is there.`,
    );
  },
};
