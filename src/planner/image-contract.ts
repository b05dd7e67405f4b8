import type { Facts } from "../decisions/decider.ts";
import { override } from "../decisions/shared/override.ts";
import type { Contract, ImageConfig } from "../model/types.ts";
import { makeContract, type Promised } from "./contract.ts";
import { type ImagePort, namedBy, portOfImage, USUAL_PORT } from "./image-port.ts";
import { saidKind, servesNobody } from "../decisions/shared/kind.ts";
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

/** Where an image asks itself whether it lives: `curl -f http://localhost:8080/health`, `…:${PORT:-8080}/health`. */
const ASKED =
  /(?<scheme>https?):\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?<colon>:(?:(?<port>\d+)|\$\{?(?<variable>\w+)(?::?-(?<otherwise>\d+))?\}?)?)?(?<path>\/[\w./~-]*)?/;

/**
 * The contract of an image that no rework of ours made: what its configuration says of itself, what the team settled in
 * its configuration, and what the folder's code tells of variables and health. Nothing is promised that nobody said: the
 * checks that compare an image with a contract do not apply to it.
 * @param config of the image itself; undefined where it does not build.
 * @throws UserError `config/bad-value`, `config/unknown-decision` for what the configuration says.
 */
export function contractOfImage(
  facts: Facts,
  config: ImageConfig = UNKNOWN,
  { port, by }: ImagePort = portFor(facts, config),
): Contract {
  checkOverrides(facts);
  const path = healthOf(facts, config);
  const [uid = 0, gid = 0] = config.user.split(":").map((part) => (/^\d+$/.test(part) ? Number(part) : 0));
  const kind = saidKind(facts) ?? (by === "nobody" ? "unknown" : "server");
  const image: Promised = {
    ports: servesNobody(kind) ? [] : [port],
    user: { uid, gid },
    health: path === undefined ? undefined : { path },
    stopSignal: config.stopSignal,
    writable: [...(override(facts, "writable", "list") ?? []), "/tmp"],
    volumes: config.volumes,
    env: {},
  };
  const contract = makeContract(facts, image);
  return {
    ...contract,
    env: by === "nobody" && !servesNobody(kind) ? withPort(contract.env) : contract.env,
    writablePaths: [...new Set([...contract.writablePaths, ...config.volumes])],
    ofImage: true,
    ...(kind === "unknown" ? { kind } : {}),
  };
}

const askedIn = ({ healthcheck }: ImageConfig): Readonly<Record<string, string | undefined>> | undefined =>
  ASKED.exec(healthcheck?.test.join(" ") ?? "")?.groups;

/** 0 where it asks none, or puts the port together in a way that is not read here. */
function portAsked(config: ImageConfig): number {
  const asked = askedIn(config);
  if (asked === undefined) return 0;
  const { scheme, colon, port, variable, otherwise = "" } = asked;
  if (colon === undefined) return scheme === "https" ? 443 : 80;
  const value = config.env.find((entry) => entry.startsWith(`${variable}=`))?.slice(`${variable}=`.length) ?? "";
  return Number([port ?? "", value, otherwise].find((text) => /^\d+$/.test(text)) ?? 0);
}

function withPort(env: Contract["env"]): Contract["env"] {
  const own = env.find(({ name }) => name === "PORT");
  const others = env.filter((one) => one !== own);
  return [...others, { ...GIVEN_PORT, ...own, example: String(USUAL_PORT), given: true }];
}

const healthOf = (facts: Facts, config: ImageConfig): string | undefined =>
  override(facts, "health", "text") ?? facts.service.healthPaths[0]?.value ?? askedIn(config)?.["path"];

/** The port, and who names it: the team before everybody. */
export function portFor(facts: Facts, config: ImageConfig = UNKNOWN): ImagePort {
  const settled = override(facts, "ports", "number");
  if (settled !== undefined) return { port: settled, by: "team" };
  return portOfImage(config, facts.service, portAsked(config));
}

/** What an image that names no port is given: platforms that choose one say it so, and one that obeys then listens there. */
const GIVEN_PORT = { name: "PORT", required: false, secret: false } as const;

/** What was taken, for a person. */
export function toldOf({ health, signals, kind }: Contract, port: ImagePort, config: ImageConfig): string {
  const known = "No rework was applied here, so the contract is what the image says of itself";
  if (kind !== undefined && servesNobody(kind))
    return `${known}, and as a ${kind} it serves nobody: user ${config.user || "root"}; ${signals.stop}.`;
  const healthy = health === undefined ? "healthy is any answer below 500 to GET /" : `healthy is GET ${health.path}`;
  const at = kind === "unknown" ? "no port, so it is looked at first" : `port ${port.port}, ${namedBy(port, config)}`;
  return `${known}: ${at}; user ${config.user || "root"}; ${signals.stop}; ${healthy}. seaworthy.yaml can say more: \`decisions: { ports, health }\`, \`env\`, \`limits\`.`;
}
