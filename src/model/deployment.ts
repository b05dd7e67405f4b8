import type { StartCommand } from "./service.ts";
import type { Evidence } from "./source.ts";

/** A stage of a Dockerfile that a file builds by name. */
export interface BuildTarget {
  /** Relative to the service's folder. */
  readonly dockerfile: string;
  readonly stage: string;
  readonly evidence: Evidence;
}

/** What image a container of another file runs, as far as the file says. */
export interface ImageOrigin {
  /** The Dockerfile it is built from, relative to the service's folder. */
  readonly dockerfile?: string;
  /** The stage that is built, where it is named. */
  readonly target?: string;
  /** Its name, holes of a template as the file has them. */
  readonly image?: string;
}

export interface ComposeService {
  readonly name: string;
  /** The Dockerfile it is built from, relative to the service's folder. */
  readonly builds: string;
  /** Its file sets an entry point too. */
  readonly entrypoint: boolean;
}

/** A bind mount of a Compose service that is built here. */
export interface ComposeMount extends Pick<ComposeService, "name" | "builds"> {
  /** Relative to the service's folder. */
  readonly from: string;
  /** In the container. */
  readonly to: string;
  /** Where the volumes of the container lie, this one too: what others hold is not hidden. */
  readonly volumes: readonly string[];
  /** Its command installs the dependencies when it starts. */
  readonly installs: boolean;
  readonly evidence: Evidence;
}

/** What a probe outside asks the container for. */
export interface OutsideAsk {
  /** `livenessProbe`, `healthcheck`. */
  readonly what: string;
  readonly port?: number;
  /** Undefined where it only opens a connection. */
  readonly path?: string;
  readonly evidence: Evidence;
}

/** What a container starts in place of what the image says. */
export interface OwnStart extends Pick<StartCommand, "argv" | "server" | "role" | "evidence"> {
  /** It sets no entry point: these words follow that of the image, where it has one. */
  readonly afterEntrypoint?: true;
}

interface Said<T> {
  readonly value: T;
  readonly evidence: Evidence;
}

/** Under what terms one container runs, beside its limits. */
export interface OutsideTerms {
  /** It starts something else than the image says. */
  readonly ownCommand: boolean;
  /** What that is, where the same file says it. */
  readonly ownStart?: OwnStart;
  readonly user?: Said<string>;
  readonly privileged?: Said<true>;
  readonly readOnlyRoot?: Said<true>;
  /** The most processes and threads that it may have. */
  readonly pids?: Said<number>;
  /** Folders that volumes and tmpfs give it. */
  readonly writable: readonly string[];
  /** Variables it sets; values only of TMPDIR, ports and numbers of workers. */
  readonly variables: Readonly<Record<string, string>>;
  /** More of them come from elsewhere. */
  readonly moreVariables: boolean;
  readonly ports: ReadonlyArray<Said<number>>;
  readonly asks: readonly OutsideAsk[];
}

/** What one container is given outside: memory, processors, and time to start and to stop. */
export interface OutsideLimits {
  readonly source: "compose" | "kubernetes" | "ecs";
  readonly container: string;
  readonly evidence: Evidence;
  readonly origin?: ImageOrigin;
  /** Undefined where the file is none of Compose's or Kubernetes'. */
  readonly terms?: OutsideTerms;
  /** Container ports, as far as they are written. */
  readonly ports: readonly number[];
  readonly memoryBytes: number | undefined;
  readonly cpus: number | undefined;
  /** Undefined where nothing is written, and the platform's own time counts. */
  readonly graceSeconds: number | undefined;
  /** Kubernetes waits so long before it sends the signal, within the grace period. */
  readonly preStopSeconds: number;
  /** How long it may answer no health probe after its start; undefined where nothing asks. */
  readonly startSeconds: number | undefined;
}

/** A service of a hosting platform: where it asks the container, and what else it says of it. */
export interface HostedService extends Required<Pick<OutsideLimits, "container" | "evidence">> {
  readonly source: "fly" | "render" | "railway";
  readonly origin?: ImageOrigin;
  readonly terms: OutsideTerms;
}

/** One container of an ECS task definition: under what rules ECS runs the image. */
export interface TaskDefinition {
  readonly evidence: Evidence;
  /** Its name in the task definition. */
  readonly container: string;
  /** Parts that only the deployment knows are written as a template does: `…/app:${ImageTag}`. */
  readonly image: string | undefined;
  readonly fargate: boolean;
  /** `awsvpc`, `bridge`, `host`. */
  readonly network: string | undefined;
  readonly user: string | undefined;
  readonly readOnlyRoot: boolean;
  /** Container ports. */
  readonly ports: readonly number[];
  readonly command: readonly string[] | undefined;
  readonly entryPoint: readonly string[] | undefined;
  /** Without a value: only the deployment knows it. */
  readonly environment: ReadonlyArray<{ readonly name: string; readonly value?: string }>;
  /** Variables whose value is given by reference. */
  readonly secrets: readonly string[];
  /** More variables come from files that are elsewhere. */
  readonly environmentFiles: boolean;
  readonly health:
    | {
        /** `["CMD", …]` or `["CMD-SHELL", text]`. */
        readonly command: readonly string[];
        readonly intervalSeconds: number;
        readonly timeoutSeconds: number;
        readonly retries: number;
        readonly startPeriodSeconds: number;
      }
    | undefined;
  readonly stopTimeoutSeconds: number | undefined;
  /** Volumes: empty at the start, and root's unless the image declares the path. */
  readonly mounts: ReadonlyArray<{ readonly path: string; readonly readOnly: boolean }>;
  /** Only on instances of one's own: Fargate has none. */
  readonly tmpfs: readonly string[];
  readonly dropsCapabilities: boolean;
  readonly init: boolean;
  readonly memoryMiB: number | undefined;
  /** Fields whose value only the deployment knows, among those that change how the container runs. */
  readonly later: readonly string[];
}
