import type { Facts } from "../decisions/decider.ts";
import { override } from "../decisions/shared/override.ts";
import type { Contract, ImageConfig } from "../model/types.ts";
import { makeContract, type Promised } from "./contract.ts";
import { checkOverrides } from "./make-plan.ts";

const UNKNOWN: ImageConfig = {
  user: "",
  env: [],
  entrypoint: [],
  command: [],
  workdir: "",
  exposed: [],
  volumes: [],
  labels: {},
  stopSignal: undefined,
  healthcheck: undefined,
  history: [],
};

/** What a service listens on when nobody says. */
const DEFAULT_PORT = 8000;

/** Where an image asks itself whether it lives: `curl -f http://localhost:8080/health`. */
const ASKED = /https?:\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::(\d+))?(\/[\w./~-]*)?/;

/**
 * The contract of an image that no rework of ours made: what its configuration says of itself, what the team settled in
 * its configuration, and what the folder's code tells of variables and health. Nothing is promised that nobody said: the
 * checks that compare an image with a contract do not apply to it.
 * @param config of the image itself; undefined where it does not build.
 * @throws UserError `config/bad-value`, `config/unknown-decision` for what the configuration says.
 */
export function contractOfImage(facts: Facts, config: ImageConfig = UNKNOWN): Contract {
  checkOverrides(facts);
  const asked = ASKED.exec(config.healthcheck?.test.join(" ") ?? "");
  const port = override(facts, "ports", "number") ?? portOf(config, facts, Number(asked?.[1] ?? 0));
  const path = override(facts, "health", "text") ?? facts.service.healthPaths[0]?.value ?? asked?.[2];
  const [uid = 0, gid = 0] = config.user.split(":").map((part) => (/^\d+$/.test(part) ? Number(part) : 0));
  const image: Promised = {
    ports: [port],
    user: { uid, gid },
    health: path === undefined ? undefined : { path },
    stopSignal: config.stopSignal,
    writable: [...(override(facts, "writable", "list") ?? []), "/tmp"],
    volumes: config.volumes,
  };
  const contract = makeContract(facts, image);
  return {
    ...contract,
    writablePaths: [...new Set([...contract.writablePaths, ...config.volumes])],
    ofImage: true,
  };
}

/** The port that the folder's files name where the image exposes it too, or the first that it exposes. */
function portOf(config: ImageConfig, { service }: Facts, asked: number): number {
  const exposed = config.exposed
    .filter((one) => !one.endsWith("/udp"))
    .map((one) => Number.parseInt(one, 10))
    .toSorted((a, b) => a - b);
  const named = service.port?.value.number;
  const variable = config.env.find((one) => /^PORT=\d+$/.test(one))?.slice("PORT=".length);
  if (named !== undefined && (exposed.length === 0 || exposed.includes(named))) return named;
  return exposed[0] ?? (asked > 0 ? asked : Number(variable ?? DEFAULT_PORT));
}

/** What was taken, for a person. */
export function toldOf({ port, health, signals }: Contract, { user, exposed }: ImageConfig): string {
  const healthy = health === undefined ? "healthy is any answer below 500 to GET /" : `healthy is GET ${health.path}`;
  const by = exposed.length === 0 ? "which it does not expose" : "which it exposes";
  return `No rework was applied here, so the contract is what the image says of itself: port ${port}, ${by}; user ${user || "root"}; ${signals.stop}; ${healthy}. seaworthy.yaml can say more: \`decisions: { ports, health }\`, \`env\`, \`limits\`.`;
}
