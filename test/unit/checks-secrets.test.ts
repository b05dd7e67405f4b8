import { expect, it } from "vitest";
import { noSecretsInConfiguration } from "../../src/checks/no-secrets-in-configuration.ts";
import { noSecretsInLayers } from "../../src/checks/no-secrets-in-layers.ts";
import { exampleConfiguration } from "../../src/checks/support/configuration-example.ts";
import { exampleContract, exampleLayers } from "../../src/checks/support/examples.ts";
import { configuration } from "../../src/probes/configuration.ts";
import type { ProbeContext } from "../../src/probes/probe.ts";
import { assignedSecrets, fingerprint } from "../../src/probes/support/secrets.ts";
import { sampleService } from "../golden/sample-service.ts";

const context = { contract: exampleContract, service: sampleService, side: "after", before: undefined } as const;
const value = "hunter2-value";
const seen = assignedSecrets(`JWT_SECRET_KEY=${value}`);

it("names a secret by its fingerprint, which whoever has the value can compare", () => {
  const secrets = seen.map((one) => ({ ...one, where: "ENV" }));
  const { message } = noSecretsInConfiguration.judge({ ...exampleConfiguration, secrets }, context);
  expect(message).toBe(`value of JWT_SECRET_KEY in ENV (sha256 ${fingerprint(value)}…).`);
});

it("takes what a step of the build was given for anything for no secret, and the same in ENV for one", async () => {
  const secretsIn = async (createdBy: string) => {
    const config = { env: [], history: [{ createdBy, empty: true }], labels: {}, entrypoint: [], command: [] };
    const { secrets } = await configuration.collect({ image: { config } } as unknown as ProbeContext);
    return secrets.map(({ kind }) => kind);
  };
  const step = "python manage.py collectstatic # buildkit";
  expect(await secretsIn(`RUN /bin/sh -c SECRET_KEY=dummy-for-build ${step}`)).toEqual([]);
  expect(await secretsIn(`RUN |1 SECRET_KEY=not-needed /bin/sh -c ${step}`)).toEqual([]);
  expect(await secretsIn(`/bin/sh -c SECRET_KEY=dummy-for-build ${step}`)).toEqual([]);
  expect(await secretsIn(`RUN /bin/sh -c SECRET_KEY=${value} ${step}`)).toEqual(["value of SECRET_KEY"]);
  expect(await secretsIn("ENV SECRET_KEY=dummy-for-build")).toEqual(["value of SECRET_KEY"]);
  expect(await secretsIn("/bin/sh -c #(nop)  ENV SECRET_KEY=dummy-for-build")).toEqual(["value of SECRET_KEY"]);
});

it("does so for a file of a layer", () => {
  const secrets = seen.map((one) => ({ ...one, path: "/app/.env", layer: 2, deleted: true, published: false }));
  const { message } = noSecretsInLayers.judge({ ...exampleLayers, secrets }, context);
  expect(message).toContain(`(layer 2, deleted later; sha256 ${fingerprint(value)}…)`);
});
