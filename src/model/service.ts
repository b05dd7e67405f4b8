import type { Evidence, Fact, Place } from "./source.ts";

/** What the files of one folder tell about one Python service. Nothing in it is a choice of ours. */
export interface Service {
  /** The project's name, or the folder's. */
  readonly name: string;
  /** Files git tracks (every file when the folder is in no git repository), relative to the folder, sorted. */
  readonly files: readonly string[];
  readonly git: GitFacts;
  readonly manager: Fact<PackageManager>;
  readonly lock: LockFile | undefined;
  readonly python: PythonFacts;
  readonly packaging: PackagingFacts;
  readonly dependencies: DependencyFacts;
  readonly framework: Fact<Framework>;
  readonly server: Fact<Server>;
  /** The application object, such as `app.main:app`; undefined when none was found. */
  readonly application: Fact<Application> | undefined;
  /** Every way the files start this service, the Dockerfile's own first. */
  readonly starts: readonly StartCommand[];
  readonly port: Fact<Port> | undefined;
  readonly routes: readonly Route[];
  /** Paths that answer "I am alive", the one nearest to liveness first. Never invented: empty when neither the code nor its framework has one. */
  readonly healthPaths: readonly Fact<string>[];
  readonly env: readonly EnvVariable[];
  readonly writes: readonly PathUse[];
  readonly programs: readonly ProgramUse[];
  /** Files the code opens at run time by a path relative to the working directory or the project's root. */
  readonly reads: readonly PathUse[];
  /** Dockerfiles in the folder, the one to rework first. */
  readonly dockerfiles: readonly string[];
  /** Stage of the first Dockerfile that ships, when it is not the last one: as the team says, or as CI builds it. */
  readonly target?: Fact<string>;
  /** Stages that Compose, CI and Makefiles build by name; undefined when none does. */
  readonly buildTargets?: readonly BuildTarget[];
  /** The .dockerignore that the Dockerfile to rework uses, or undefined. */
  readonly dockerignore: string | undefined;
  /** Health probes that live outside the Dockerfile: Compose, ECS, Kubernetes, CI. */
  readonly outsideProbes: readonly OutsideProbe[];
  /** Grace periods set outside: Compose's stop_grace_period, Kubernetes' terminationGracePeriodSeconds, ECS's stopTimeout. */
  readonly gracePeriods: readonly Fact<number>[];
  /** What Compose, Kubernetes and ECS give the containers that are this service's. */
  readonly outsideLimits: readonly OutsideLimits[];
  /** Folders and files of the repository that Compose lays over those of the image. */
  readonly composeMounts: readonly ComposeMount[];
  /** Containers of ECS task definitions, the one that the team named first, then by file. */
  readonly taskDefinitions: readonly TaskDefinition[];
  /** What could not be read, such as a pyproject with an error; each with its place. */
  readonly problems: ReadonlyArray<Place & { readonly message: string }>;
}

export type PackageManager = "uv" | "poetry" | "pdm" | "pipenv" | "pip" | "none";
export type Framework =
  | "fastapi"
  | "starlette"
  | "litestar"
  | "flask"
  | "django"
  | "quart"
  | "sanic"
  | "aiohttp"
  | "streamlit"
  | "gradio"
  | "celery"
  | "falcon"
  | "unknown";
export type Server =
  | "uvicorn"
  | "gunicorn"
  | "hypercorn"
  | "granian"
  | "waitress"
  | "uwsgi"
  | "sanic"
  | "daphne"
  | "flask-dev"
  | "django-dev"
  | "fastapi-cli"
  | "litestar-cli"
  | "streamlit"
  | "own"
  | "unknown";

export interface GitFacts {
  /** The folder lies in a git repository. */
  readonly repository: boolean;
  readonly commit: string | undefined;
  /** Tracked files with uncommitted changes. */
  readonly dirty: readonly string[];
}

export interface LockFile {
  readonly path: string;
  readonly tracked: boolean;
  /** The .gitignore line that hides it. */
  readonly gitIgnored: Evidence | undefined;
  /** The .dockerignore line that hides it. */
  readonly dockerIgnored: Evidence | undefined;
  /** False when pyproject.toml and the lock name different dependencies. */
  readonly inStep: Fact<boolean>;
  readonly packages: readonly LockedPackage[];
  readonly requiresPython: string | undefined;
  /** Addresses of the package indexes that its versions were found at, each once. */
  readonly registries: readonly string[];
}

export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  readonly source: "registry" | "git" | "url" | "path" | "editable" | "virtual";
  /** Of one that is installed from a folder or a file: where that lies, relative to the project. */
  readonly path?: string;
  /** No wheel in the lock: it is built from source. */
  readonly sdistOnly: boolean;
  readonly dependencies: readonly string[];
}

export interface PythonFacts {
  /** PEP 440 specifier, for example `>=3.12`. */
  readonly requires: Fact<string> | undefined;
  /** `.python-version` or another pin. */
  readonly pinned: Fact<string> | undefined;
}

export interface PackagingFacts {
  /** `package`: it has a build system and is installed; `unpackaged`: imported from the working directory. */
  readonly kind: Fact<"package" | "unpackaged">;
  readonly buildBackend: string | undefined;
  readonly layout: "flat" | "src" | "none";
  /** Import packages of the service, as folders relative to its root: `app`, `src/ragstar`. */
  readonly importPackages: readonly string[];
  /** Files the build backend reads: readme, licence files. */
  readonly metadataFiles: readonly string[];
  readonly consoleScripts: Readonly<Record<string, string>>;
  /** It looks up its own version with importlib.metadata. */
  readonly readsOwnVersion: Fact<boolean>;
  /** It finds files by `Path(__file__).parents[n]` and the like. */
  readonly looksUpFromFile: Fact<boolean>;
  /** The version comes from git (setuptools-scm, hatch-vcs). */
  readonly versionFromGit: Fact<boolean>;
}

export interface DependencyFacts {
  /** Requirement strings as written. */
  readonly runtime: readonly Dependency[];
  readonly groups: Readonly<Record<string, readonly Dependency[]>>;
  readonly extras: Readonly<Record<string, readonly Dependency[]>>;
  /** Groups that the existing images install beside the runtime dependencies. */
  readonly installedGroups: readonly string[];
  readonly installedExtras: readonly string[];
  /** Normalised names that only development needs: dev groups minus the runtime closure. */
  readonly devOnly: readonly string[];
  /** Normalised names of the runtime closure (from the lock when there is one). */
  readonly runtimeClosure: readonly string[];
  /** `tool.uv.sources`, git and path requirements, extra indexes. */
  readonly workspace: boolean;
  readonly indexes: readonly string[];
}

export interface Dependency {
  /** Normalised (PEP 503). */
  readonly name: string;
  readonly requirement: string;
  readonly place: Place;
}

export interface Application {
  readonly module: string;
  readonly attribute: string;
  readonly factory: boolean;
}

export interface StartCommand {
  readonly source:
    | "dockerfile"
    | "compose"
    | "procfile"
    | "kubernetes"
    | "ecs"
    | "cdk"
    | "makefile"
    | "ci"
    | "devcontainer";
  readonly role: "web" | "worker" | "beat" | "migrate" | "test" | "other";
  /** As written. */
  readonly written: string;
  readonly form: "exec" | "shell";
  /** Without `uv run`, `sh -c`, `exec`, tini and env prefixes: the program and its arguments. */
  readonly argv: readonly string[];
  readonly wrappers: readonly string[];
  readonly server: Server;
  readonly evidence: Evidence;
  /** The Compose service that is started so, when it is built here. */
  readonly compose?: ComposeService;
}

export interface BuildTarget {
  /** Relative to the service's folder. */
  readonly dockerfile: string;
  readonly stage: string;
  readonly evidence: Evidence;
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
  /** Where other volumes of the same container lie: these are not hidden. */
  readonly volumes: readonly string[];
  /** Its command installs the dependencies when it starts. */
  readonly installs: boolean;
  readonly evidence: Evidence;
}

export interface Port {
  readonly number: number;
  /** The variable that sets it, when one does. */
  readonly variable?: string;
}

export interface Route {
  readonly method: string;
  readonly path: string;
  readonly evidence: Evidence;
}

export interface EnvVariable {
  readonly name: string;
  /** The service refuses to start, or is not usable, without it. */
  readonly required: boolean;
  readonly default?: string;
  /** Its name or type says that its value must not be shown. */
  readonly secret: boolean;
  /** A value of this shape satisfies the service in a test: `url`, `postgres-url`, `number`, … */
  readonly kind: "text" | "url" | "database-url" | "number" | "boolean" | "path" | "region" | "json";
  /** Text before `://` when the code or its examples show one, for example `postgresql+asyncpg`. */
  readonly scheme?: string;
  readonly confidence: Fact<unknown>["confidence"];
  readonly evidence: readonly Evidence[];
}

export interface PathUse {
  readonly path: string;
  readonly when: "import" | "start" | "request" | "unknown";
  /** Log lines go there. */
  readonly log?: true;
  readonly evidence: Evidence;
}

export interface ProgramUse {
  /** `git`, `curl`, `pdftoppm`. */
  readonly program: string;
  /** The library that calls it, when it is not the service's own code. */
  readonly through?: string;
  readonly confidence: Fact<unknown>["confidence"];
  readonly evidence: Evidence;
}

export interface OutsideProbe {
  readonly source: StartCommand["source"];
  readonly program: string;
  readonly command: string;
  readonly evidence: Evidence;
}

/** What one container is given outside: memory, processors, and time to start and to stop. */
export interface OutsideLimits {
  readonly source: "compose" | "kubernetes" | "ecs";
  readonly container: string;
  readonly evidence: Evidence;
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
