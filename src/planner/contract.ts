import { createHash } from "node:crypto";
import { USUAL_SIZE_RATIO } from "../checks/support/sizes.ts";
import type { Facts } from "../decisions/decider.ts";
import { isIn } from "../kit/paths.ts";
import { override } from "../decisions/shared/override.ts";
import { saidKind } from "../decisions/shared/kind.ts";
import { graceSeconds } from "../decisions/shared/server.ts";
import type { Contract, EnvVariable, ImageSpec } from "../model/types.ts";

type ContractEnv = Contract["env"][number];

/** Long enough for every length check we know, plainly no secret, and another one for each variable: in a log it tells whose it is. */
const exampleSecret = ({ name }: EnvVariable): string => `example-only-not-a-secret-${digits(name)}`;
const digits = (name: string): string => createHash("sha256").update(name).digest("hex").slice(0, 10);

/** Nothing listens on the discard port of the loopback, so no example ever reaches a system. */
const NOWHERE = "127.0.0.1:9";

const DATABASE_PORTS: Readonly<Record<string, number>> = {
  postgresql: 5432,
  postgres: 5432,
  mysql: 3306,
  mariadb: 3306,
  redis: 6379,
  mongodb: 27_017,
};

function databaseUrl(variable: EnvVariable): string {
  const scheme = variable.scheme ?? "postgresql";
  const family = scheme.split("+")[0] ?? scheme;
  if (family === "sqlite") return `${scheme}:////tmp/example.db`;
  return `${scheme}://user:example-${digits(variable.name)}@127.0.0.1:${DATABASE_PORTS[family] ?? 9}/db`;
}

const EXAMPLES: Readonly<Record<EnvVariable["kind"], (variable: EnvVariable) => string>> = {
  "database-url": databaseUrl,
  url: ({ scheme }) => `${scheme ?? "http"}://${NOWHERE}`,
  number: ({ name }) => (/BYTES|SIZE/.test(name) ? "1048576" : "60"),
  boolean: () => "false",
  path: () => "/tmp/example",
  region: () => "us-east-1",
  json: () => "{}",
  text: (variable) => (variable.secret ? exampleSecret(variable) : "example"),
};

/** A harmless value that the service accepts: no real host, no real secret. */
const exampleOf = (variable: EnvVariable): string =>
  variable.default !== undefined && !variable.secret ? variable.default : EXAMPLES[variable.kind](variable);

/** The variable by which the service is told its port is told the port that the contract names. */
const portExample = (
  name: string,
  { service }: Facts,
  { ports: [port] }: Pick<ImageSpec, "ports">,
): string | undefined =>
  port !== undefined && name === (service.port?.value.variable ?? "PORT") ? String(port) : undefined;

const contractEnv = (variable: EnvVariable, chosen: string | undefined, port: string | undefined): ContractEnv => ({
  name: variable.name,
  required: variable.required,
  secret: variable.secret,
  ...(variable.default === undefined || variable.secret ? {} : { default: variable.default }),
  example: chosen ?? port ?? exampleOf(variable),
  ...(variable.settings === undefined ? {} : { settings: variable.settings }),
  ...(chosen === undefined ? {} : { given: true }),
});

/** Variables that the team sets and no line of the code names: libraries read them, such as AWS_ENDPOINT_URL. */
function givenBesides(values: Readonly<Record<string, string>>, known: ReadonlySet<string>): readonly ContractEnv[] {
  const names = Object.keys(values).filter((name) => /^\w+$/.test(name) && !known.has(name));
  return names
    .toSorted()
    .map((name) => ({ name, required: false, secret: false, example: values[name] ?? "", given: true }));
}

/** Uploads above a megabyte are spooled to a temporary file by the libraries that parse forms, and Celery's pool of
 * processes shares its memory through one. */
const SPOOLS = new Set(["python-multipart", "multipart", "werkzeug", "django", "celery", "billiard"]);

const isTemporary = (path: string): boolean => /^\/(?:var\/)?tmp(?:\/|$)/.test(path);

function writablePaths(facts: Facts, image: Pick<ImageSpec, "writable" | "volumes" | "env">): readonly string[] {
  const { service } = facts;
  const spools = service.dependencies.runtimeClosure.some((name) => SPOOLS.has(name));
  const temporary =
    service.writes.some((use) => use.path === "/tmp" || use.path.startsWith("/tmp/")) ||
    Object.values(image.env).some((value) => value.startsWith("/tmp/"));
  return [...(spools || temporary ? ["/tmp"] : []), ...(image.writable ?? []), ...image.volumes.filter(isTemporary)];
}

/**
 * What must not be in the image. pip is not listed: the official Python images bring it in a lower layer, and deleting
 * it later only hides it.
 */
const ABSENT_PROGRAMS = ["uv", "uvx", "poetry", "pdm", "pipenv", "hatch", "rye", "gcc", "g++", "cc", "make"] as const;

/** The parts of an image that its contract is about. */
export type Promised = Pick<ImageSpec, "ports" | "stopSignal" | "writable" | "volumes" | "env"> & {
  readonly user: Pick<ImageSpec["user"], "uid" | "gid">;
  readonly health: Pick<NonNullable<ImageSpec["health"]>, "path"> | undefined;
  /** What of the context is in the image; undefined where that is not known. */
  readonly copies?: ImageSpec["copies"];
  readonly sync?: Pick<ImageSpec["sync"], "sources" | "local">;
};

/** Whether a line that reads a variable is in the image: another program of the folder asks for what its own image gets. */
function isRead({ evidence }: EnvVariable, { copies, sync }: Promised): boolean {
  if (copies === undefined || evidence.length === 0) return true;
  const folders = [
    ...copies.map(({ from }) => from),
    ...(sync?.sources ?? []),
    ...(sync?.local ?? []).map(({ path }) => path),
  ].map((from) => from.replace(/^\.\//, ""));
  return evidence.some(
    ({ file }) => !file.endsWith(".py") || folders.some((from) => from === "." || from === "" || isIn(file, from)),
  );
}

export function makeContract(facts: Facts, image: Promised): Contract {
  const { service } = facts;
  const installed = new Set(service.dependencies.runtimeClosure);
  const values = override(facts, "env", "table");
  // The configuration was checked where it was read.
  const sidecars = facts.overrides["sidecars"] as Contract["sidecars"];
  const kind = saidKind(facts) ?? (image.ports.length === 0 ? "worker" : "server");
  const called = new Set(service.programs.map((use) => use.program));
  return {
    port: image.ports[0] ?? 0,
    ...(kind === "server" ? {} : { kind }),
    portVariable: service.port?.value.variable,
    uid: image.user.uid,
    gid: image.user.gid,
    env: [
      ...service.env
        .filter(({ name }) => /^\w+$/.test(name))
        .map((variable) => ({ ...variable, required: variable.required && isRead(variable, image) }))
        .map((variable) => contractEnv(variable, values?.[variable.name], portExample(variable.name, facts, image))),
      ...givenBesides(values ?? {}, new Set(service.env.map(({ name }) => name))),
    ],
    ...(sidecars === undefined ? {} : { sidecars }),
    health: image.health === undefined ? undefined : { path: image.health.path },
    readOnlyRoot: true,
    writablePaths: [...new Set(writablePaths(facts, image))],
    signals: {
      stop: image.stopSignal ?? "SIGTERM",
      graceSeconds: graceSeconds(service, override(facts, "limits.graceSeconds", "number")),
    },
    logs: "stdout-stderr",
    absentDistributions: service.dependencies.devOnly.filter((name) => !installed.has(name)),
    absentPrograms: ABSENT_PROGRAMS.filter((program) => !called.has(program)),
    limits: {
      startSeconds: override(facts, "limits.startSeconds", "number") ?? 30,
      warmBuildSeconds: override(facts, "limits.warmBuildSeconds", "number") ?? 60,
      coldBuildSeconds: override(facts, "limits.coldBuildSeconds", "number") ?? 600,
      sizeRatio: override(facts, "limits.sizeRatio", "number") ?? USUAL_SIZE_RATIO,
    },
  };
}
