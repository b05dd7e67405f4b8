import type { Probe } from "./probe.ts";
import { assignedSecrets, type SecretSighting, shapedSecrets } from "./support/secrets.ts";

/** What the image's configuration says, without any value that looks secret. */
export interface Configuration {
  readonly user: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly stopSignal: string | undefined;
  readonly healthcheck: boolean;
  /** Where in the configuration a secret was seen: `ENV`, `history`, `label x`, `command`. */
  readonly secrets: ReadonlyArray<SecretSighting & { readonly where: string }>;
  /** Values of ours that went into the build and came out in the configuration; `undefined` when none were planted. */
  readonly canaries: { readonly planted: number | undefined; readonly found: readonly string[] };
}

export const configuration: Probe<Configuration> = {
  id: "configuration",
  title: "Read the image's configuration and history",
  runs: "beside-others",
  version: 1,
  async collect({ image, build }) {
    const { config } = image;
    const places: ReadonlyArray<readonly [string, string]> = [
      ...config.env.map((entry) => ["ENV", quoted(entry)] as const),
      ...config.history.map(({ createdBy }) => ["history", createdBy] as const),
      ...Object.entries(config.labels).map(([name, value]) => [`label ${name}`, quoted(`${name}=${value}`)] as const),
      ["command", [...config.entrypoint, ...config.command].join(" ")],
    ];
    const secrets = places.flatMap(([where, text]) =>
      [...shapedSecrets(text), ...assignedSecrets(text)].map((sighting) => ({ where, ...sighting })),
    );
    const canaries = build?.canaries ?? [];
    const found = places.filter(([, text]) => canaries.some((canary) => text.includes(canary))).map(([where]) => where);
    return {
      user: config.user,
      entrypoint: config.entrypoint,
      command: config.command,
      stopSignal: config.stopSignal,
      healthcheck: config.healthcheck !== undefined && config.healthcheck.test[0] !== "NONE",
      secrets: [...new Map(secrets.map((one) => [`${one.where}\n${one.kind}\n${one.fingerprint}`, one])).values()],
      canaries: { planted: build?.canaries?.length, found: [...new Set(found)] },
    };
  },
};

/** `NAME=a value` with the value in quotes, so that its spaces do not end it. */
function quoted(entry: string): string {
  const [, name = "", value = ""] = /^([^=]*)=(.*)$/s.exec(entry) ?? [];
  return `${name.replace(/[^\w]/g, "_")}="${value.replaceAll('"', "").replaceAll("\n", " ")}"`;
}
