import { layers, type Layers } from "../probes/layers.ts";
import type { Check } from "./check.ts";
import { exampleLayers } from "./support/examples.ts";
import { fail, notApplicable, pass, some } from "./support/verdicts.ts";

const withCode = (codeWritable: Layers["modes"]["codeWritable"]): Layers => ({
  ...exampleLayers,
  modes: { ...exampleLayers.modes, codeWritable },
});

export const codeNotWritable: Check<Layers> = {
  id: "code-not-writable",
  title: "The service cannot change its own code",
  why: "Whoever makes the service write a file can then replace a module, and the change runs at the next start.",
  source: "CIS Docker Benchmark 4.1; NIST SP 800-190, 4.1",
  whenItFails: {
    symptom: "The service's user owns its modules, scripts or libraries.",
    cause: "`COPY --chown=app` or `chown -R app` gave it everything instead of the folders that it writes.",
    remedy: "Leave the code to root, and own only the writable paths of the contract.",
  },
  needs: layers,
  examples: [
    { name: "root's", data: exampleLayers, status: "pass" },
    {
      name: "the service's own",
      data: withCode({ uid: 1001, count: 40, examples: ["/app/main.py"] }),
      status: "fail",
    },
    { name: "runs as root", data: withCode(undefined), status: "not-applicable" },
  ],
  judge({ modes: { codeWritable } }) {
    if (codeWritable === undefined)
      return notApplicable(
        "The image's user is root, who may change everything, or no user that it knows: see numeric-user.",
      );
    const { uid, count, examples } = codeWritable;
    if (count > 0) return fail(`Uid ${uid} may write ${count} files of code, such as ${some(examples, 2)}.`);
    return pass(`Uid ${uid} may write no module, script or library.`);
  },
};
