import type { Expectation } from "./expectation.ts";
import type { LocalPackage, PipInstall } from "./pip.ts";
import type { SettingsField } from "./service.ts";
import type { RoleKind } from "./stack.ts";

/** What the planner decided, and what the image will promise. */

/** One choice of the plan, with the words a reviewer needs to accept or overturn it. */
export interface Decision {
  /** Short and stable, for example `base`; blocks of the rendered Dockerfile refer to it. */
  readonly id: string;
  readonly title: string;
  readonly choice: string;
  readonly because: string;
  /** `file:line` of what the choice rests on. */
  readonly evidence: readonly string[];
  readonly rejected: ReadonlyArray<{ readonly option: string; readonly because: string }>;
  /** Rules whose findings this choice removes. */
  readonly resolves: readonly string[];
}

/** A reason not to rework, or to leave one thing as it is. */
export interface Refusal {
  readonly id: string;
  readonly what: string;
  readonly because: string;
  readonly instead: string;
  /** True when the service must not be reworked until this is settled; the rest of the plan then only shows the intention. */
  readonly blocking?: boolean;
}

export interface Plan {
  readonly profile: string;
  readonly decisions: readonly Decision[];
  readonly refusals: readonly Refusal[];
  readonly image: ImageSpec;
  readonly contract: Contract;
}

/** The image we intend: what the renderer turns into a Dockerfile and a .dockerignore. */
export interface ImageSpec {
  /** Where the rendered file goes, relative to the service: `Dockerfile.prod`, or `Dockerfile` when it replaces the old one. */
  readonly dockerfile: string;
  /** Build context, relative to the service's folder; `.` as a rule. */
  readonly context: string;
  readonly base: { readonly image: string; readonly python: string; readonly interpreter: string };
  readonly uv: { readonly image: string; readonly version: string };
  readonly sync: SyncSpec;
  /** OS packages by stage, already named as the profile names them. */
  readonly packages: { readonly builder: readonly string[]; readonly runtime: readonly string[] };
  readonly user: { readonly name: string; readonly uid: number; readonly gid: number; readonly shell: string };
  readonly workdir: string;
  /** What the runtime stage copies from the context, in order; `from` relative to the context. */
  readonly copies: ReadonlyArray<{ readonly from: string; readonly to: string; readonly why: string }>;
  /** Files among them that today's build makes executable and git does not: where the image has them. */
  readonly executables?: readonly string[];
  /** Paths at which other files look for programs of the environment. */
  readonly links?: ReadonlyArray<{ readonly path: string; readonly to: string }>;
  /** Commands of the build that make files of the service, and what they make beside the copied folders. */
  readonly steps?: { readonly run: readonly string[]; readonly makes: readonly string[] };
  readonly env: Readonly<Record<string, string>>;
  readonly entrypoint: readonly string[] | undefined;
  readonly command: readonly string[];
  readonly stopSignal: string | undefined;
  readonly ports: readonly number[];
  readonly health: HealthSpec | undefined;
  readonly volumes: readonly string[];
  /** Folders that the image makes and gives to the user, because the service writes there. */
  readonly writable?: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly bytecode: { readonly stdlib: boolean; readonly venv: boolean; readonly app: boolean };
  /** The stage that runs the service's own tests; undefined when it has none that can be run. */
  readonly tests?: TestSpec;
  /** Commands of Compose services that today's file starts with a tool the image no longer has. */
  readonly compose?: { readonly path: string; readonly commands: Readonly<Record<string, readonly string[]>> };
  /** Lines of the .dockerignore, in order, with `#` lines as comments. */
  readonly dockerignore: readonly string[];
}

export interface SyncSpec {
  /** Path of the virtual environment, the same in both stages. */
  readonly venv: string;
  /** What the install step reads of the project: mounted while it runs. */
  readonly manifests: readonly string[];
  /** Where pip installs: its calls of today, which `uv pip` makes. */
  readonly pip?: PipInstall;
  /** Where another tool than uv wrote the lock: that tool, which installs from it in the builder. */
  readonly tool?: LockTool;
  readonly groups: readonly string[];
  readonly extras: readonly string[];
  /** Install the project itself, and how; `none` for an unpackaged service. */
  readonly project: "none" | "editable" | "no-editable";
  readonly cache: string;
  /** What is installed from folders of the repository: mounted while it is. */
  readonly local?: readonly LocalPackage[];
  /** Members of a uv workspace that the image has in place of its root. */
  readonly workspace?: WorkspaceSpec;
  /** What the builder copies, beside the manifests, to install the project itself. */
  readonly sources?: readonly string[];
  /** Secrets that today's install steps mount: as written there, and the variable that they make of the file at `path`. */
  readonly secrets?: ReadonlyArray<{
    readonly id: string;
    readonly written: string;
    readonly variable?: string;
    readonly path?: string;
  }>;
}

export interface WorkspaceSpec {
  /** Absolute path of the workspace's root; the working directory may be a member's folder below it. */
  readonly root: string;
  /** What uv is told to install; none where that is all of them. */
  readonly asked: readonly string[];
  /** Those that are built and installed. */
  readonly packages: readonly LocalPackage[];
}

/** Poetry, PDM or Pipenv, in an environment of its own that does not ship. */
export interface LockTool {
  readonly name: "poetry" | "pdm" | "pipenv";
  readonly version: string;
  /** The day whose packages it is installed with, where it is known: `2025-08-31`. */
  readonly until?: string;
  /** Where it keeps what it downloads. */
  readonly cache: string;
}

/** What the service's own tests need beside what ships, and how they are run. */
export interface TestSpec {
  readonly groups: readonly string[];
  readonly extras: readonly string[];
  /** Tracked files and folders that only the tests read, relative to the context. */
  readonly copies: readonly string[];
  readonly command: readonly string[];
  /** Import packages whose coverage is measured, as folders; empty when nothing in the lock measures it. */
  readonly coverage: readonly string[];
  /** Prints one line, `file:line:column: …`, for each finding; undefined when the lock has no linter that is known. */
  readonly lint?: readonly string[];
}

export interface HealthSpec {
  readonly path: string;
  /** Exec form. */
  readonly command: readonly string[];
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly startPeriodSeconds: number;
  readonly retries: number;
}

/** What the image promises to whoever runs it. Checks judge evidence against it. */
export interface Contract {
  readonly port: number;
  readonly portVariable: string | undefined;
  readonly uid: number;
  readonly gid: number;
  readonly env: ReadonlyArray<{
    readonly name: string;
    readonly required: boolean;
    readonly secret: boolean;
    readonly default?: string;
    /** A harmless value of the right shape, used when the image is proven. */
    readonly example: string;
    /** Where a settings model reads it: an error names the field. */
    readonly settings?: SettingsField;
    /** The team set it for the proof: it is given although nothing in the code requires it. */
    readonly given?: boolean;
    /** While it is proven: the value stands in the Compose file, so it is nobody's secret and may be an ordinary word. */
    readonly public?: true;
  }>;
  /** What the team starts beside the image while it is proven; `{name}` in an example stands for its address. */
  readonly sidecars?: readonly ContractSidecar[];
  readonly health: { readonly path: string } | undefined;
  readonly readOnlyRoot: boolean;
  readonly writablePaths: readonly string[];
  readonly signals: { readonly stop: string; readonly graceSeconds: number };
  /** A route that the team says takes some seconds: it is in flight when the image is stopped. */
  readonly drain?: { readonly method: string; readonly path: string };
  /** Where the team lets a WebSocket be opened, with what it takes to be let in. */
  readonly websocket?: { readonly path: string; readonly headers?: Readonly<Record<string, string>> };
  readonly logs: "stdout-stderr";
  /** Normalised distribution names that must not be installed. */
  readonly absentDistributions: readonly string[];
  /** Programs that must not be in the image: uv, gcc, … */
  readonly absentPrograms: readonly string[];
  readonly limits: {
    readonly startSeconds: number;
    readonly warmBuildSeconds: number;
    readonly coldBuildSeconds: number;
    /** Unpacked size after divided by before; 1 means "not larger". */
    readonly sizeRatio: number;
  };
  /** Nobody wrote it down: port, user and signal are what the image itself says. */
  readonly ofImage?: true;
  /**
   * What it is where nobody asks it on `port`: said by the team, or seen at its first start. `unknown`: nobody names a
   * port, so `port` is a guess. Undefined for a server.
   */
  readonly kind?: Exclude<RoleKind, "server"> | "unknown";
  /** What the team itself expects, beside the catalogue. */
  readonly expectations?: readonly Expectation[];
}

/** A program beside the image: an image by name, or a folder with a Dockerfile, relative to the service's. */
export interface ContractSidecar {
  readonly name: string;
  readonly image?: string;
  readonly build?: string;
  readonly port: number;
  readonly health: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** An image reference resolved by a registry. */
export interface Pin {
  /** As the plan names it: `python:3.13-slim`. */
  readonly image: string;
  /** `sha256:…`, or undefined when no registry answered. */
  readonly digest: string | undefined;
  /** Media type of what the digest names: an index or a manifest. */
  readonly mediaType?: string;
  readonly platform: string;
  readonly resolvedAt: string | undefined;
  /** Where it came from: `registry-1.docker.io`, a mirror, or `seaworthy.lock`. */
  readonly from: string;
  /** Why there is no digest: `unpinned: no registry`. */
  readonly problem?: string;
  /** True for a base that only stands in for the named one on this machine. */
  readonly standIn?: string;
}

/** A file we would write into the service's folder. */
export interface RenderedFile {
  readonly path: string;
  readonly content: string;
  readonly executable: boolean;
  /** `block`: only a marked block of an existing file (Makefile) is replaced. */
  readonly mode: "whole" | "block";
  readonly why: string;
  /** sha256 of the text that it replaces, or `nothing`; so that an apply sees what was changed since. */
  readonly replaces?: string;
}
