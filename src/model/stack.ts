/** What runs beside the image while it is proven, and the roles that the image itself has besides the web's. */

/** The sidecars that the service's proof uses, of the Compose file and of the team's own, with all that their start needs. */
export interface Stack {
  /** The Compose files that were read, the later laid over the earlier. */
  readonly files: readonly string[];
  /** The Compose service that is the one under proof. */
  readonly service: string | undefined;
  /** What Compose gives that service: addresses and accounts of sidecars, and what is no secret. */
  readonly env: Readonly<Record<string, string>>;
  /** In the order in which they are started. A task is a role of the image under proof that comes before the service. */
  readonly steps: readonly StackStep[];
  /** What the service or a role talks to and nobody starts, each in words: `db (postgres:17)`. */
  readonly notStarted: readonly string[];
  /** What the Compose file asks for and the proof does not give, each in words. */
  readonly leftOut: readonly string[];
}

export type StackStep =
  | { readonly kind: "sidecar"; readonly sidecar: StackSidecar }
  | { readonly kind: "task"; readonly role: string };

/** One program that is started beside the service under proof, which reaches it by its name. */
export interface StackSidecar {
  readonly name: string;
  /** `docker-compose.yml:12`, `seaworthy.yaml`. */
  readonly where: string;
  readonly image?: string;
  /** Absolute folder with a Dockerfile. */
  readonly build?: { readonly context: string; readonly dockerfile: string; readonly target?: string };
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly user?: string;
  readonly env: Readonly<Record<string, string>>;
  /** Paths of its volumes: new ones, which go away with it. */
  readonly volumes: readonly string[];
  readonly tmpfs: readonly string[];
  /** Every one of them must be told; an empty list asks only that it runs. */
  readonly ready: readonly Ready[];
}

/** How one knows that a sidecar is ready. */
export type Ready =
  /** It runs to its end, with exit code 0. */
  | { readonly kind: "ends" }
  /** Its own healthcheck; without a `test`, that of its image. */
  | { readonly kind: "healthcheck"; readonly test?: readonly string[]; readonly timeoutMs: number }
  /** A command in its container ends with 0. */
  | { readonly kind: "command"; readonly argv: readonly string[] }
  | { readonly kind: "port"; readonly port: number }
  /** A path answers with 200 to 299. */
  | { readonly kind: "http"; readonly port: number; readonly path: string };

/** One way in which the image is started, beside its web server. */
export interface Role {
  readonly name: string;
  readonly kind: RoleKind;
  /** Where it is written: `docker-compose.yml:14`, `seaworthy.yaml`. */
  readonly where: string;
  /** The first whose program the image has is run. */
  readonly commands: readonly RoleCommand[];
  /** The same for today's image, where it is another. */
  readonly today?: readonly RoleCommand[];
  /** This image is what it is started from; else only another image of the same service is. */
  readonly certain: boolean;
  readonly env: Readonly<Record<string, string>>;
  /** Nothing says that it works on: it may also end with 0 by itself. */
  readonly mayEnd?: true;
  /** It is run; else only its program is looked for, and this says why. */
  readonly notRun?: string;
  /** It runs to its end before the service starts. */
  readonly first?: true;
  /** Of a server. */
  readonly port?: number;
  readonly health?: string;
  /** A pattern of a log line by which a worker says that it works. */
  readonly ready?: string;
  /** A task ends within that time; others are ready within it. */
  readonly withinSeconds: number;
  readonly graceSeconds: number;
  /** By which the Compose file has it stopped; else engines send what the image sets. */
  readonly stopSignal?: string;
}

export type RoleKind = "server" | "worker" | "task";

export interface RoleCommand {
  /** Takes the place of the image's entry point. */
  readonly entrypoint?: readonly string[];
  readonly command: readonly string[];
}
