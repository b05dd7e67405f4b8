import { type FargatePath, writes, type Writes } from "../probes/writes.ts";
import type { Check } from "./check.ts";
import { fail, notApplicable, pass, some, unproven } from "./support/verdicts.ts";
import { exampleNowhere, exampleWrites } from "./support/writes-example.ts";

const under = (fargate: Partial<NonNullable<Writes["fargate"]>>): Writes => ({
  ...exampleWrites,
  fargate: { place: "task-definition.json:8", paths: [], works: true, problem: "", ...fargate },
});
const path: FargatePath = { path: "/data", declared: true, mounted: true, owner: "1001:0 770" };

export const writablePathsOnFargate: Check<Writes> = {
  id: "writable-paths-on-fargate",
  severity: "error",
  title: "What must be writable is writable under Fargate's rules",
  why: "Fargate has no tmpfs. A task's volume belongs to root with mode 0755, unless the image declares the path with VOLUME: then it takes over the folder's owner.",
  source: "Amazon ECS documentation: bind mounts; aws/containers-roadmap#938",
  whenItFails: {
    symptom: "On Fargate, `Permission denied` or `Read-only file system` at a path where a volume is mounted.",
    cause:
      "The image does not declare the path with VOLUME, the folder is not the service's, or no volume is mounted there.",
    remedy:
      "In the Dockerfile make the folder, give it to the service's user, and declare it with VOLUME after that; in the task definition mount a volume there. For temporary files set TMPDIR to /dev/shm instead.",
  },
  needs: writes,
  examples: [
    { name: "declared, mounted and the service's", data: exampleWrites, status: "pass" },
    { name: "writes nowhere", data: exampleNowhere, status: "pass" },
    {
      name: "not declared",
      data: under({ paths: [{ ...path, declared: false }], works: false, problem: "Answers become worse." }),
      status: "fail",
      says: "does not declare",
    },
    {
      name: "another owner",
      data: under({ paths: [{ ...path, owner: "0:0 755" }], works: false, problem: "It exited." }),
      status: "fail",
      says: "0:0 755 in the image",
    },
    {
      name: "not mounted",
      data: under({ paths: [{ ...path, mounted: false }], works: false, problem: "It exited." }),
      status: "fail",
      says: "Nothing is mounted at",
    },
    {
      name: "not mounted, and not needed with the task's variables",
      data: under({ paths: [{ ...path, mounted: false }] }),
      status: "pass",
    },
    { name: "no task for Fargate", data: { ...exampleWrites, fargate: undefined }, status: "not-applicable" },
    { name: "not found", data: { ...exampleWrites, minimal: undefined, problem: "It exited." }, status: "unproven" },
  ],
  judge({ fargate, minimal, problem }) {
    if (fargate === undefined) return notApplicable("No task definition starts it on Fargate with a read-only root.");
    if (minimal === undefined) return unproven(`What must be writable is not known: ${problem}`);
    const { place, paths, works } = fargate;
    if (minimal.length === 0)
      return pass("For what was asked of it nothing must be writable, so no rule of Fargate matters.");
    if (works) {
      const at = (mounted: boolean) => paths.filter((one) => one.mounted === mounted).map((one) => one.path);
      const given = at(true).length === 0 ? "no volume" : `volumes at ${at(true).join(", ")}`;
      const spared = at(false).length === 0 ? "" : `; with its variables ${at(false).join(", ")} need not be writable`;
      return pass(`Works on a read-only root with ${given} and without a tmpfs, as ${place} says${spared}.`);
    }
    const causes = paths.flatMap((one) => causeOf(one) ?? []);
    const told = causes.length === 0 ? "" : ` ${some(causes)}.`;
    return fail(`Under the rules of Fargate in ${place} it does not work: ${fargate.problem}${told}`);
  },
};

function causeOf({ path: at, declared, mounted, owner }: FargatePath): string | undefined {
  if (!mounted) return `Nothing is mounted at ${at}`;
  if (!declared) return `The image does not declare ${at} with VOLUME, so the volume there belongs to root`;
  return owner === undefined ? `The image has no folder ${at}` : `${at} is ${owner} in the image`;
}
