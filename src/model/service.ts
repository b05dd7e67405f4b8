import type {
  BuildTarget,
  ComposeMount,
  ComposeService,
  HostedService,
  ImageOrigin,
  OwnStart,
  OutsideLimits,
  TaskDefinition,
} from "./deployment.ts";
import type { LockFile } from "./lock.ts";
import type { PipInstall } from "./pip.ts";
import type { Evidence, Fact, Place } from "./source.ts";

/** What the files of one folder tell about one Python service. Nothing in it is a choice of ours. */
export interface Service {
  /** The project's name, or the folder's. */
  readonly name: string;
  /** Files git tracks (every file when the folder is in no git repository), relative to the folder, sorted. */
  readonly files: readonly string[];
  readonly git: GitFacts;
  /** Where each link among the files leads, as written in it; undefined without one. */
  readonly links?: Readonly<Record<string, string>>;
  /** Submodules of git: folders whose files are not among these; undefined without one. */
  readonly submodules?: readonly string[];
  /** The folder of the project that the image installs, where that is not the top: `backend`, which has the pyproject.toml. */
  readonly projectFolder?: string;
  readonly manager: Fact<PackageManager>;
  readonly lock: LockFile | undefined;
  /** How production is installed where pip does it; undefined with another manager, or where nothing says it. */
  readonly pip?: PipInstall;
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
  /** Browsers that it opens in its own container; undefined where it opens none. */
  readonly browsers?: readonly BrowserUse[];
  /** Files the code opens at run time by a path relative to the working directory or the project's root. */
  readonly reads: readonly PathUse[];
  /** The folder of the project that Django's `collectstatic` fills; undefined when no setting says it. */
  readonly staticRoot?: Fact<string>;
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
  readonly gracePeriods: readonly GracePeriod[];
  /** How long the server's own configuration file lets requests finish after the signal, in seconds. */
  readonly configuredStop?: Fact<number>;
  /** What Compose, Kubernetes and ECS give the containers that are this service's. */
  readonly outsideLimits: readonly OutsideLimits[];
  /** Services of hosting platforms; undefined where no file of theirs says how they ask. */
  readonly hostedServices?: readonly HostedService[];
  /** Folders and files of the repository that Compose lays over those of the image. */
  readonly composeMounts: readonly ComposeMount[];
  /** Where Compose mounts a named volume into what is built here: somebody expects that it can be written. */
  readonly composeVolumes?: ReadonlyArray<{ readonly path: string; readonly evidence: Evidence }>;
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
  | "tornado"
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
  | "tornado"
  | "own"
  | "unknown";

export interface GitFacts {
  /** The folder lies in a git repository. */
  readonly repository: boolean;
  readonly commit: string | undefined;
  /** Tracked files with uncommitted changes. */
  readonly dirty: readonly string[];
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
  /** Where the running code imports setuptools; undefined where it does without. */
  readonly setuptools?: SetuptoolsUse;
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
  /** Groups that `uv sync` installs unless told otherwise. */
  readonly defaultGroups?: readonly string[];
  /** Groups that poetry installs only when asked to. */
  readonly optionalGroups?: readonly string[];
  readonly installedExtras: readonly string[];
  /** Normalised names that only development needs: dev groups minus the runtime closure. */
  readonly devOnly: readonly string[];
  /** Normalised names of the runtime closure (from the lock when there is one). */
  readonly runtimeClosure: readonly string[];
  /** What of a workspace the image has in place of its root. */
  readonly members?: WorkspaceUse;
  /** `tool.uv.sources`, git and path requirements, extra indexes. */
  readonly workspace: boolean;
  readonly indexes: readonly string[];
}

/** The part of a uv workspace that an image installs where that is not the root: `uv sync --package api`. */
export interface WorkspaceUse {
  /** Normalised names that uv is told; it is told none where it installs all of them. */
  readonly asked: readonly string[];
  /** Those, and the members that they need. */
  readonly members: readonly WorkspaceMember[];
  /** Folders of the members that the image does without. */
  readonly others: readonly string[];
  /** Why they cannot be installed so, and which. */
  readonly hindrance?: {
    readonly kind: "unknown" | "own-lock" | "dynamic" | "root";
    readonly names: readonly string[];
  };
}

export interface WorkspaceMember {
  /** Normalised. */
  readonly name: string;
  /** Its folder. */
  readonly path: string;
  /** It is built and installed; its dependencies are in any case. */
  readonly package: boolean;
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
    | "fly"
    | "render"
    | "railway"
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
  /** Of a container that another file describes. */
  readonly origin?: ImageOrigin;
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
  /** Where a settings model reads it by a field of another name. */
  readonly settings?: SettingsField;
  readonly confidence: Fact<unknown>["confidence"];
  readonly evidence: readonly Evidence[];
}

/** What a settings model calls a variable, as its errors do: `api_key` of NOTES_API_KEY, `db.url` or `db` of DB__URL. */
export interface SettingsField {
  readonly model: string;
  readonly fields: readonly string[];
}

export interface SetuptoolsUse {
  readonly module: "pkg_resources" | "setuptools";
  readonly evidence: Evidence;
}

export interface PathUse {
  readonly path: string;
  readonly when: "import" | "start" | "request" | "unknown";
  /** Log lines go there. */
  readonly log?: true;
  /** It is a file, also where its name has no ending. */
  readonly file?: true;
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

export interface BrowserUse {
  readonly browser: "chromium" | "chrome" | "firefox" | "webkit" | "edge";
  /** The distribution that opens it, normalised: `playwright`. */
  readonly through: string;
  readonly evidence: Evidence;
}

/** In seconds. */
export interface GracePeriod extends Fact<number> {
  /** Of a container that a file describes. */
  readonly origin?: ImageOrigin;
  /** That container starts something else than the image says. */
  readonly ownCommand?: true;
  /** What that is, where the same file says it. */
  readonly ownStart?: OwnStart;
  /** Names of the variables that the container sets. */
  readonly variables?: readonly string[];
}

export interface OutsideProbe {
  readonly source: StartCommand["source"];
  readonly program: string;
  readonly command: string;
  readonly evidence: Evidence;
  /** Of a container that a file describes. */
  readonly origin?: ImageOrigin;
}
