import { expect, it } from "vitest";
import { noSecretsInConfiguration } from "../../src/checks/no-secrets-in-configuration.ts";
import { noSecretsInLayers } from "../../src/checks/no-secrets-in-layers.ts";
import { exampleConfiguration } from "../../src/checks/support/configuration-example.ts";
import { exampleContract, exampleLayers } from "../../src/checks/support/examples.ts";
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

it("does so for a file of a layer", () => {
  const secrets = seen.map((one) => ({ ...one, path: "/app/.env", layer: 2, deleted: true, published: false }));
  const { message } = noSecretsInLayers.judge({ ...exampleLayers, secrets }, context);
  expect(message).toContain(`(layer 2, deleted later; sha256 ${fingerprint(value)}…)`);
});
