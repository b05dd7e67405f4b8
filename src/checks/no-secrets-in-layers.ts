import { layers, type Layers } from "../probes/layers.ts";
import type { SecretFile } from "../probes/support/layer-secrets.ts";
import type { Check } from "./check.ts";
import { exampleLayers } from "./support/examples.ts";
import { fail, pass, some } from "./support/verdicts.ts";

const key: SecretFile = {
  kind: "private key",
  fingerprint: "0123456789ab",
  path: "/root/.ssh/id_rsa",
  layer: 3,
  deleted: true,
  published: false,
};

/** A pass says what it did not look into. */
function notLookedAt(searched: Layers["searched"]): string {
  const { binary = 0, large = 0 } = searched ?? {};
  const said = [
    ...(binary === 0 ? [] : [`${binary} in binary or compressed formats and in documents of packages`]),
    ...(large === 0 ? [] : [`${large} over 256 MB`]),
  ];
  return said.length === 0 ? "" : ` Not looked into: ${said.join(", ")}.`;
}

export const noSecretsInLayers: Check<Layers> = {
  id: "no-secrets-in-layers",
  severity: "error",
  title: "No layer holds a secret, deleted files included",
  why: "A file that a later layer deletes is still downloaded by everybody who pulls the image.",
  source: "CIS Docker Benchmark 4.10",
  whenItFails: {
    symptom: "A key or an .env file can be unpacked from the image.",
    cause: "It was copied with the context; deleting it later does not remove it from its layer.",
    remedy: "Change the secret, and let the .dockerignore admit only what is needed.",
  },
  needs: layers,
  examples: [
    { name: "none", data: exampleLayers, status: "pass" },
    { name: "a deleted key", data: { ...exampleLayers, secrets: [key] }, status: "fail" },
    {
      name: "a test key that a package publishes",
      data: { ...exampleLayers, secrets: [{ ...key, published: true }] },
      status: "pass",
    },
  ],
  judge({ secrets, searched, layers: all }) {
    const own = secrets.filter(({ published }) => !published);
    if (own.length === 0)
      return pass(
        `No secret in ${searched?.files ?? "the smaller text"} files of ${all.length} layers.${notLookedAt(searched)}`,
      );
    const places = own.map(
      ({ kind, path, layer, deleted, fingerprint }) =>
        `${kind} in ${path} (layer ${layer}${deleted ? ", deleted later" : ""}; sha256 ${fingerprint}…)`,
    );
    return fail(`${some(places)}.`);
  },
};
