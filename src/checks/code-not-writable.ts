import type { Service } from "../model/types.ts";
import { layers, type Layers } from "../probes/layers.ts";
import { taskOf } from "../probes/support/task.ts";
import type { Check } from "./check.ts";
import { exampleContract, exampleLayers } from "./support/examples.ts";
import { fail, notApplicable, pass, some } from "./support/verdicts.ts";

const withCode = (codeWritable: Layers["modes"]["codeWritable"]): Layers => ({
  ...exampleLayers,
  modes: { ...exampleLayers.modes, codeWritable },
});
const owned = withCode({ uid: 1001, count: 40, examples: ["/app/main.py"] });
const evidence = { file: "task.json", line: 4, text: "" };
const under = (readOnlyRoot: boolean): { readonly service: Service } => ({
  service: { taskDefinitions: [{ container: "web", evidence, ports: [8000], readOnlyRoot }] } as never,
});

export const codeNotWritable: Check<Layers> = {
  id: "code-not-writable",
  severity: "warning",
  title: "The service cannot change its own code",
  why: "Whoever makes the service write a file can then replace a module, and the change runs at the next start. A read-only root prevents it as well as the owner does, where production mounts one.",
  source: "CIS Docker Benchmark 4.1, 5.13; NIST SP 800-190, 4.1",
  whenItFails: {
    symptom:
      "The service's user owns its modules, scripts or libraries, or a folder above them, and the root filesystem is writable.",
    cause:
      "`COPY --chown=app` or `chown -R app` gave it everything instead of the folders that it writes; or it owns the folder that the code lies in, and can put other files there.",
    remedy:
      "Leave the code to root, and own only the writable paths of the contract; or mount the root read-only (`readonlyRootFilesystem`).",
  },
  needs: layers,
  examples: [
    { name: "root's", data: exampleLayers, status: "pass" },
    {
      name: "the service's own, on a root that may be written",
      data: owned,
      status: "fail",
      context: { ...under(true), contract: { ...exampleContract, readOnlyRoot: false } },
    },
    { name: "the service's own, and ECS mounts the root writable", data: owned, status: "fail", context: under(false) },
    { name: "the service's own, and ECS mounts the root read-only", data: owned, status: "pass", context: under(true) },
    {
      name: "the service's own, on the read-only root of the contract",
      data: owned,
      status: "pass",
      context: { service: { taskDefinitions: [] } as never },
    },
    {
      name: "the service's own, in a volume",
      data: {
        ...owned,
        modes: { ...owned.modes, codeInVolumes: { count: 3, examples: ["/app/plugins/mail.py"] } },
      },
      status: "fail",
      context: under(true),
    },
    {
      name: "root's, in a folder of the service's",
      data: withCode({
        uid: 1001,
        count: 1,
        replaceable: 1,
        examples: ["/app/main.py (in a folder that it may write)"],
      }),
      status: "fail",
      context: under(false),
    },
    { name: "runs as root", data: withCode(undefined), status: "not-applicable" },
  ],
  judge({ modes: { codeWritable, codeInVolumes } }, { contract, service }) {
    if (codeWritable === undefined)
      return notApplicable(
        "The image's user is root, who may change everything, or no user that it knows: see numeric-user.",
      );
    const { uid, count, examples } = codeWritable;
    if (codeInVolumes !== undefined && codeInVolumes.count > 0)
      return fail(
        `Uid ${uid} may write or replace ${codeInVolumes.count} files of code in a volume, such as ${some(codeInVolumes.examples, 2)}: a read-only root leaves volumes writable.`,
      );
    if (count === 0) return pass(`Uid ${uid} may write or replace no module, script or library.`);
    const owner = `Uid ${uid} may write or replace ${count} files of code, such as ${some(examples, 2)}`;
    if (!contract.readOnlyRoot) return fail(`${owner}.`);
    const task = taskOf(service, contract);
    if (task === undefined)
      return pass(`${owner}; only the read-only root that the contract promises keeps it from changing them.`);
    const place = `\`${task.container}\` in ${task.evidence.file}:${task.evidence.line}`;
    if (!task.readOnlyRoot) return fail(`${owner}, and ${place} mounts the root writable.`);
    return pass(`${owner}; only the read-only root of ${place} keeps it from changing them.`);
  },
};
