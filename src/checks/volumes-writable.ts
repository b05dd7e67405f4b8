import { volumes, type Volumes } from "../probes/volumes.ts";
import type { Check } from "./check.ts";
import { fail, notApplicable, pass, some, unproven } from "./support/verdicts.ts";

const good: Volumes = { paths: ["/app/data"], healthy: true, problem: "", refused: [], log: [] };

export const volumesWritable: Check<Volumes> = {
  id: "volumes-writable",
  severity: "error",
  title: "A new volume can be written to by the service's user",
  why: "A new volume takes over the owner of the folder in the image; where the image has no such folder it belongs to root, and the service ends at its first write.",
  source: "Docker documentation: populate a volume using a container; RAGstar: ./ragstar_db as uid 1000",
  whenItFails: {
    symptom: "`Permission denied` or `unable to open database file` at the path where a volume is mounted.",
    cause: "The image does not have the folder, or it belongs to another user.",
    remedy:
      "Make the folder in the image and give it to the service's user. A volume that exists already keeps its owner: change it once by hand, or by `fsGroup`.",
  },
  needs: volumes,
  of: ["server", "worker"],
  examples: [
    { name: "writable", data: good, status: "pass" },
    {
      name: "belongs to root",
      data: { ...good, refused: [{ path: "/app/data", reason: "Permission denied" }] },
      status: "fail",
    },
    {
      name: "ends at its first write",
      data: { ...good, healthy: false, problem: "The service never became healthy.", refused: undefined },
      status: "fail",
    },
    { name: "no Python to try with", data: { ...good, refused: undefined }, status: "unproven" },
    { name: "stores nothing", data: { ...good, paths: [] }, status: "not-applicable" },
  ],
  judge({ paths, healthy, problem, refused }) {
    if (paths.length === 0) return notApplicable("The service stores nothing outside the folders for temporary files.");
    if (!healthy) return fail(`With a new volume at ${some(paths)}: ${problem}`);
    if (refused === undefined) return unproven("No Python was found in the container to try a write with.");
    if (refused.length > 0)
      return fail(`Not writable: ${some(refused.map(({ path, reason }) => `${path} (${reason})`))}.`);
    return pass(`A file could be created in a new volume at ${some(paths)}.`);
  },
};
