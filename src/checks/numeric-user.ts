import { configuration, type Configuration } from "../probes/configuration.ts";
import type { Check } from "./check.ts";
import { exampleConfiguration } from "./support/configuration-example.ts";
import { fail, pass } from "./support/verdicts.ts";

export const numericUser: Check<Configuration> = {
  id: "numeric-user",
  severity: "error",
  title: "USER is a number other than 0",
  why: "Kubernetes' runAsNonRoot refuses an image whose USER is a name, because a name can belong to uid 0.",
  source: "Kubernetes: pod security standards, restricted",
  whenItFails: {
    symptom: "Kubernetes: `container has runAsNonRoot and image has non-numeric user`.",
    cause: "USER is a name.",
    remedy: "Name the number: `USER 1000:1000`.",
  },
  needs: configuration,
  examples: [
    { name: "1001:1001", data: exampleConfiguration, status: "pass" },
    { name: "a name", data: { ...exampleConfiguration, user: "app" }, status: "fail" },
    { name: "nobody named", data: { ...exampleConfiguration, user: "" }, status: "fail" },
    { name: "0", data: { ...exampleConfiguration, user: "0:0" }, status: "fail" },
  ],
  judge({ user }) {
    const uid = user.split(":")[0] ?? "";
    if (uid === "") return fail("The image sets no USER, so it runs as root.");
    if (!/^\d+$/.test(uid)) return fail(`USER is the name ${uid}; Kubernetes' runAsNonRoot only accepts a number.`);
    return Number(uid) === 0 ? fail(`USER ${user} is root.`) : pass(`USER ${user}.`);
  },
};
