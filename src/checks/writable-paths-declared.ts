import { isIn } from "../kit/paths.ts";
import { placeInCode } from "../kit/text.ts";
import { writes, type Writes } from "../probes/writes.ts";
import type { Check } from "./check.ts";
import { exampleContract } from "./support/examples.ts";
import { fail, notApplicable, pass, some, unproven } from "./support/verdicts.ts";
import { usedBy } from "./support/worked.ts";
import { exampleNowhere, exampleWrites } from "./support/writes-example.ts";

const declares = (...writablePaths: readonly string[]) => ({ contract: { ...exampleContract, writablePaths } });

export const writablePathsDeclared: Check<Writes> = {
  id: "writable-paths-declared",
  severity: "error",
  title: "The contract names every path that must be writable",
  why: "Whoever mounts the root read-only mounts what the contract names. A path that it does not name is found in production, at the first request that writes there.",
  source: "gunicorn documentation: worker_tmp_dir; CIS Docker Benchmark 5.13",
  whenItFails: {
    symptom:
      "On a read-only root the service ends, or a request fails, although every path of the contract is mounted.",
    cause:
      "A library writes where no line of the code says so: gunicorn's heartbeat in /tmp, a cache below HOME, a database in the working directory.",
    remedy:
      "Let it write elsewhere (`--worker-tmp-dir /dev/shm`, `TMPDIR`, `MPLCONFIGDIR`, an absolute path for the database), or name the folder in `writable` under `decisions` in seaworthy.yaml.",
  },
  needs: writes,
  examples: [
    { name: "named", data: exampleWrites, status: "pass", context: declares("/tmp", "/data") },
    { name: "below a folder that is named", data: exampleWrites, status: "pass", context: declares("/tmp", "/data/") },
    { name: "writes nowhere", data: exampleNowhere, status: "pass", context: declares("/tmp") },
    { name: "a library writes to /tmp", data: exampleWrites, status: "fail", context: declares("/data") },
    {
      name: "not even with all of them",
      data: { ...exampleWrites, minimal: undefined, problem: "It exited with code 1." },
      status: "fail",
      context: declares("/tmp", "/data"),
    },
    {
      name: "Python takes nothing from outside",
      data: { ...exampleNowhere, blind: "Python is started with -I, so it loads nothing that is added from outside." },
      status: "unproven",
    },
    {
      name: "an engine without a strict read-only root",
      data: { ...exampleWrites, minimal: undefined, trials: [], problem: "podman mounts writable folders." },
      status: "unproven",
    },
    {
      name: "not promised",
      data: exampleWrites,
      status: "not-applicable",
      context: { contract: { ...exampleContract, readOnlyRoot: false } },
    },
  ],
  judge({ blind, folders, minimal, problem, trials, requests }, { contract }) {
    if (!contract.readOnlyRoot) return notApplicable("The contract does not promise a read-only root.");
    const used = `${usedBy(contract, requests)} on a strictly read-only root`;
    if (minimal === undefined && trials.length === 0) return unproven(problem);
    if (minimal === undefined)
      return fail(
        `On a read-only root it does not work, not even with each folder writable where it was seen to write${folders.length === 0 ? "" : ` (${some(folders.map(({ path }) => path))})`}: ${problem}`,
      );
    const isDeclared = (path: string) => contract.writablePaths.some((declared) => isIn(path, declared));
    const undeclared = minimal.filter((path) => !isDeclared(path));
    if (undeclared.length > 0) {
      const told = undeclared.map((path) => `${path}${writtenBy(folders.find((folder) => folder.path === path))}`);
      return fail(`Must be writable, and the contract does not say so: ${some(told)}.`);
    }
    const needs = minimal.length === 0 ? "it needs no writable path" : `${minimal.join(", ")} must be writable`;
    if (blind !== undefined) return unproven(`${blind} As far as ${used} tell, ${needs}.`);
    const spare = contract.writablePaths.filter((path) => !minimal.some((one) => isIn(one, path)));
    return pass(
      `As ${used} and notes from inside tell, ${needs}${minimal.length === 0 ? "" : " and the contract names it"}${spare.length === 0 ? "" : `; the contract also names ${spare.join(", ")}, which none of this needed`}.`,
    );
  },
};

function writtenBy(folder: Writes["folders"][number] | undefined): string {
  const [by] = folder?.by ?? [];
  const [example] = folder?.examples ?? [];
  const told = [example === undefined ? "" : `for ${example}`, by === undefined ? "" : `by ${placeInCode(by)}`];
  const words = told.filter(Boolean).join(" ");
  return words === "" ? "" : ` (${words})`;
}
