import { UserError } from "../kit/errors.ts";
import type { Contract, ContractSidecar } from "../model/types.ts";
import type { RoleKind, Severity } from "../model/types.ts";
import { readOwnFile } from "../project/own-file.ts";
import type { RoleAsked } from "../project/stack/find-roles.ts";
import type { FailOn, IgnoreEntry } from "../policy/settings.ts";

/** What a team may settle in `seaworthy.yaml`. Everything has a default. */
export interface Config {
  /** The Dockerfile of the image that ships today, relative to the folder. */
  readonly dockerfile: string | undefined;
  /** Where the reworked Dockerfile goes. Equal to `dockerfile`: it replaces it (after a backup). */
  readonly output: string | undefined;
  /** Files that must stay exactly as they are. */
  readonly keep: readonly string[];
  readonly profile: string | undefined;
  /** Build target of today's image, when it is not the last stage. */
  readonly target: string | undefined;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Secrets that its Dockerfiles mount, by id: each in a file, or in a variable of whoever runs seaworthy. */
  readonly buildSecrets: Readonly<Record<string, { readonly file?: string; readonly env?: string }>>;
  /** Values for the service's variables while it is proven. */
  readonly env: Readonly<Record<string, string>>;
  /** What the image is where nobody asks it on a port. */
  readonly kind: RoleKind | undefined;
  /** The ECS task definition, or the synthesised template with it, that the image ships with; relative to the folder, and also outside it. */
  readonly taskDefinition: string | undefined;
  /** What the service needs to talk to while it is proven. */
  readonly sidecars: readonly Sidecar[];
  /** Services of the Compose file that are started for the proof, or all that it needs; undefined: nothing was said. */
  readonly composeSidecars: "all" | readonly string[] | undefined;
  /** Compose files, the later laid over the earlier, relative to the folder; else those that Compose itself reads. */
  readonly composeFiles: readonly string[] | undefined;
  /** Roles of the image beside its web server's. */
  readonly roles: readonly RoleAsked[];
  /** Checks of the team's own, as written; each has passed its schema. */
  readonly checks: ReadonlyArray<Readonly<Record<string, unknown>>>;
  /** The line of each of them. */
  readonly checkLines: readonly number[];
  /** A route that takes some seconds, to be in flight when the image is stopped. */
  readonly drain: { readonly path: string; readonly method?: string } | undefined;
  /** Where a WebSocket is opened, to be open when the image is stopped. */
  readonly websocket: Contract["websocket"];
  /** Files of container-structure-test, relative to the folder. */
  readonly structureTests: readonly string[];
  /** Choices of the team, by decision: `user: {uid: 1001}`. */
  readonly decisions: Readonly<Record<string, unknown>>;
  readonly limits: Readonly<Record<string, number>>;
  /** Severity of rules, by id or by an id of another tool. */
  readonly severity: Readonly<Record<string, Severity>>;
  /** Rules that are off, each with its reason. */
  readonly ignore: readonly IgnoreEntry[];
  /** Checks that may fail or stay unproven, each with its reason. */
  readonly accept: readonly Accepted[];
  /** Severity of checks, by id. */
  readonly checkSeverity: Readonly<Record<string, Severity>>;
  /** The least severity of a check that fails a run where it fails or is unproven. */
  readonly checkFailOn: Severity | undefined;
  /** The least severity of a finding that makes `analyze` end with 1. */
  readonly failOn: FailOn | undefined;
  /** File of old findings, relative to the folder. */
  readonly baseline: string | undefined;
  /** The version whose rules may fail; what later ones brought or widened is a note. */
  readonly rulesSince: string | undefined;
  /** Whether what `.hadolint.yaml` settles counts here, too. */
  readonly hadolint: boolean;
}

/** A promise that the team lives without, as `seaworthy.yaml` says. */
export interface Accepted {
  readonly check: string;
  readonly reason: string;
  /** The last day on which it holds, `2026-12-31`. */
  readonly until?: string;
}

/** A program that is started beside the service, from an image or from a folder with a Dockerfile. */
export interface Sidecar extends ContractSidecar {}

export const CONFIG_FILE = "seaworthy.yaml";

const NOTHING: Config = {
  dockerfile: undefined,
  output: undefined,
  keep: [],
  profile: undefined,
  target: undefined,
  buildArgs: {},
  buildSecrets: {},
  env: {},
  taskDefinition: undefined,
  sidecars: [],
  composeSidecars: undefined,
  composeFiles: undefined,
  kind: undefined,
  roles: [],
  checks: [],
  checkLines: [],
  drain: undefined,
  websocket: undefined,
  structureTests: [],
  decisions: {},
  limits: {},
  severity: {},
  ignore: [],
  accept: [],
  checkSeverity: {},
  checkFailOn: undefined,
  failOn: undefined,
  baseline: undefined,
  rulesSince: undefined,
  hadolint: true,
};

/** Reads `seaworthy.yaml`; without one, everything is at its default.
 * @throws UserError `config/invalid` with file and line, `files/outside`. */
export async function readConfig(folder: string): Promise<Config> {
  const text = await readOwnFile(folder, CONFIG_FILE);
  if (text === undefined) return NOTHING;
  const { parseConfig } = await import("./config-schema.ts");
  const result = parseConfig(text);
  if ("problem" in result)
    throw new UserError("config/invalid", result.problem, {
      hint: "`seaworthy init --print` shows a configuration with every key.",
      where: { file: CONFIG_FILE, line: result.line },
    });
  return { ...NOTHING, ...result.config };
}
