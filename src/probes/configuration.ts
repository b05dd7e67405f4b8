import { isFiller } from "../kit/filler.ts";
import { redactByShape } from "../kit/redact.ts";
import type { Probe } from "./probe.ts";
import { placesOf } from "./support/configuration-places.ts";
import { assignedSecrets, secretsOfCommands, type SecretSighting, shapedSecrets } from "./support/secrets.ts";

/** What the image's configuration says, without any value that looks secret. */
export interface Configuration {
  readonly user: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly stopSignal: string | undefined;
  readonly healthcheck: boolean;
  /** `8000/tcp`. */
  readonly exposed: readonly string[];
  readonly volumes: readonly string[];
  /** Those of the Open Containers Initiative, without a value that looks secret. */
  readonly labels: Readonly<Record<string, string>>;
  /** Where in the configuration a secret was seen: `ENV`, `history`, `label x`, `command`. */
  readonly secrets: ReadonlyArray<SecretSighting & { readonly where: string }>;
}

/** A value that is seen in two ways is told by the first. */
const withoutTwins = (seen: readonly SecretSighting[]): readonly SecretSighting[] =>
  seen.filter(({ fingerprint }, index) => seen.findIndex((one) => one.fingerprint === fingerprint) === index);

/** What a step of the build did, and not a value that the image keeps. */
const isStep = (where: string, text: string): boolean =>
  where === "history" && /^RUN |\/bin\/(?:ba)?sh -\w*c (?!#\(nop\))/.test(text);

export const configuration: Probe<Configuration> = {
  id: "configuration",
  title: "Read the image's configuration and history",
  runs: "beside-others",
  version: 4,
  async collect({ image }) {
    const { config } = image;
    const places = placesOf(config);
    const secrets = places.flatMap(([where, text]) =>
      withoutTwins([
        ...shapedSecrets(text),
        ...assignedSecrets(text, isStep(where, text) ? isFiller : undefined),
        ...secretsOfCommands(text),
      ]).map((sighting) => ({
        where,
        ...sighting,
      })),
    );
    return {
      user: config.user,
      entrypoint: config.entrypoint,
      command: config.command,
      stopSignal: config.stopSignal,
      exposed: config.exposed,
      volumes: config.volumes,
      labels: Object.fromEntries(
        Object.entries(config.labels)
          .filter(([name]) => name.startsWith("org.opencontainers.image."))
          .map(([name, value]) => [name, redactByShape(value)]),
      ),
      healthcheck: config.healthcheck !== undefined && config.healthcheck.test[0] !== "NONE",
      secrets: [...new Map(secrets.map((one) => [`${one.where}\n${one.kind}\n${one.fingerprint}`, one])).values()],
    };
  },
};
