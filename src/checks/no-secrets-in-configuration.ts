import { configuration, type Configuration } from "../probes/configuration.ts";
import type { Check } from "./check.ts";
import { exampleConfiguration } from "./support/configuration-example.ts";
import { fail, pass, some } from "./support/verdicts.ts";

export const noSecretsInConfiguration: Check<Configuration> = {
  id: "no-secrets-in-configuration",
  severity: "error",
  title: "ENV, history and labels hold no secret",
  why: "They can be read by everybody who can pull the image, and a baked-in default hides that the real value is missing.",
  source: "CIS Docker Benchmark 4.10",
  whenItFails: {
    symptom: "`docker inspect` shows a password.",
    cause: "It was given by ENV, ARG or a label.",
    remedy: "Change it, remove the line, and hand it in when the container starts.",
  },
  needs: configuration,
  examples: [
    { name: "none", data: exampleConfiguration, status: "pass" },
    {
      name: "a baked-in key",
      data: {
        ...exampleConfiguration,
        secrets: [{ where: "ENV", kind: "value of SECRET_KEY", fingerprint: "0123456789ab" }],
      },
      status: "fail",
    },
  ],
  judge({ secrets }) {
    if (secrets.length === 0) return pass("ENV, history, labels and command hold no value that looks secret.");
    return fail(
      `${some([...new Set(secrets.map(({ where, kind, fingerprint }) => `${kind} in ${where} (sha256 ${fingerprint}…)`))])}.`,
    );
  },
};
