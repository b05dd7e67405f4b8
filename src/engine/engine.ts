import type { BuildStep, Image, Layer } from "../model/types.ts";

/** The container engine as seaworthy needs it: docker and podman behind the same words. */
export interface Engine {
  readonly name: "docker" | "podman";
  readonly version: string;
  /** `overlay2`, `containerd`, …: sizes mean different things. */
  readonly store: string;
  build(request: BuildRequest): Promise<BuildResult>;
  /** Undefined when the engine has no such image. */
  inspect(reference: string): Promise<Image | undefined>;
  /** Streams every layer once, lowest first. Throws UserError when the image is gone. */
  walkLayers(image: Image, visit: LayerVisitor): Promise<readonly Layer[]>;
  start(image: string, options: StartOptions): Promise<Container>;
  /** Pulls the image unless the engine has it. */
  ensure(reference: string): Promise<Image>;
  /** Pulls it, whether or not the engine has it. */
  pull(reference: string): Promise<void>;
  /** Pushes what was tagged with the name of a registry. */
  push(reference: string): Promise<void>;
  tag(image: string, reference: string): Promise<void>;
  removeImage(reference: string): Promise<void>;
  /** Looks at the files of an image without starting it: no shell and no program of the image is needed. */
  openFiles(image: string): Promise<ImageFiles>;
  createNetwork(options: { readonly internal: boolean }): Promise<Network>;
  /** Removes what runs of ours left behind whose process is gone, on the engine and on this machine (builds that go on,
   * temporary folders); touches nothing that is not marked as ours.
   * `keepTags`: images that an unfinished run still needs. */
  sweep(options?: { readonly keepTags?: readonly string[] }): Promise<readonly string[]>;
  /** Does something that does not count, whatever came of it, when the engine went away meanwhile, even if it is back.
   * @throws UserError `engine/lost` then. */
  unlessLost<T>(work: () => Promise<T>): Promise<T>;
  /** Processors of the engine's machine; undefined where it does not say. */
  readonly processors?: number | undefined;
  /** False where `readOnly` cannot be strict (Podman's compatible API mounts writable tmpfs); undefined means true. */
  readonly strictReadOnly?: boolean;
  /** How the command line reaches the same engine, where that is known. */
  readonly cli?: EngineCli;
}

/** What `connectEngine` returns. Its disposal removes the containers and networks of this run and closes the connections. */
export interface ConnectedEngine extends Engine, AsyncDisposable {
  /** How the command line reaches the same engine. */
  readonly cli: EngineCli;
  /** Removes every container and network of a run, and its images too when asked: used at Ctrl-C. Ignores the signal. */
  removeAllOf(run: string, options?: { readonly images?: boolean }): Promise<readonly string[]>;
  /** The bytes of one file of an image, links followed, without starting it; undefined when there is none. */
  readFile(image: string, path: string): Promise<{ readonly path: string; readonly bytes: Buffer } | undefined>;
}

export interface EngineCli {
  readonly program: "docker" | "podman";
  /** Added to the environment of the program; `undefined` takes a variable away. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A file, or a variable of this process's environment. */
export type SecretSource = string | { readonly env: string };

export interface BuildRequest {
  /** Folder that holds the context: already the tracked files only. */
  readonly context: string;
  /** Absolute path of the Dockerfile. */
  readonly dockerfile: string;
  readonly tag: string;
  readonly target?: string;
  readonly platform?: string;
  /** Nothing from the layer cache. BuildKit also empties the cache mounts, of the namespace and of no other. */
  readonly noCache: boolean;
  /** Namespace of the cache mounts; without it, the one that all builds of ours share. The user's own are never used. */
  readonly mounts?: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Secret id to where its value comes from. */
  readonly secrets: Readonly<Record<string, SecretSource>>;
  /** Values that no log may show, besides those that are passed: secrets that the Dockerfile itself holds. */
  readonly hidden?: readonly string[];
  /** Image or stage name to what is used instead, `docker-image://…` or a folder. */
  readonly contexts: Readonly<Record<string, string>>;
  /** Added to the image, beside the labels that name the owner. */
  readonly labels?: Readonly<Record<string, string>>;
  /** The image outlives the run and is swept only after its expiry: a substituted base, for example. */
  readonly keepMs?: number;
  /** The whole output goes here, secrets redacted. */
  readonly logFile: string;
  readonly signal: AbortSignal;
}

export interface BuildResult {
  readonly image: Image;
  readonly milliseconds: number;
  readonly steps: readonly BuildStep[];
}

/** What the walk over a layer shows to a visitor. Whiteouts come as entries of kind `whiteout`. */
export interface LayerEntry {
  readonly layer: number;
  /** Without a leading slash. */
  readonly path: string;
  readonly kind: "file" | "directory" | "symlink" | "hardlink" | "whiteout" | "opaque" | "other";
  readonly bytes: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly modified: number;
  readonly link?: string;
}
export interface LayerVisitor {
  entry(entry: LayerEntry): void;
  /** Asked for each file; true: `content` is called with its bytes. */
  wants?(entry: LayerEntry): boolean;
  content?(entry: LayerEntry, bytes: Buffer): void;
  /** Asked for each file that is not wanted whole; true: `piece` is called with one part of it after the other. */
  wantsPieces?(entry: LayerEntry): boolean;
  piece?(entry: LayerEntry, bytes: Buffer): void;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** A strict read-only root: nothing writable but what `tmpfs` and `mounts` name (and /dev/shm, which Docker leaves writable). */
  readonly readOnly?: boolean;
  readonly tmpfs?: readonly string[];
  /** A new volume at each of these paths, with what the image has there and its owner; it goes away with the container. */
  readonly volumes?: readonly string[];
  /** A new, empty volume of root with mode 0755 at each of these paths, whatever the image has there. */
  readonly emptyVolumes?: readonly string[];
  /** A read-only folder is copied in before the start, so that the engine need not see its path; everything else is bound.
   * A folder in it that everybody may write to stays so. */
  readonly mounts?: ReadonlyArray<{ readonly source: string; readonly target: string; readonly readOnly: boolean }>;
  /** Container ports to publish on a free port where they are reached from here: of 127.0.0.1 unless the engine is elsewhere. */
  readonly publish?: readonly number[];
  readonly user?: string;
  readonly init?: boolean;
  readonly network?: "bridge" | "none" | Network;
  /** Name under which other containers of the network reach it. */
  readonly alias?: string;
  readonly cpus?: number;
  readonly memoryBytes?: number;
  readonly pidsLimit?: number;
  readonly dropCapabilities?: boolean;
  readonly noNewPrivileges?: boolean;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  /** Replaces the times of the image's HEALTHCHECK, and its command only when there is a `test`. */
  readonly health?: {
    readonly test?: readonly string[];
    readonly intervalMs: number;
    readonly timeoutMs: number;
    readonly retries: number;
    readonly startPeriodMs: number;
  };
}

/** The final file system of an image. */
export interface ImageFiles extends AsyncDisposable {
  /** The entry itself, a link not followed; undefined when nothing is there. */
  look(path: string): Promise<ImageEntry | undefined>;
  /** The bytes of a file, links followed; undefined when there is none. */
  read(path: string): Promise<Buffer | undefined>;
  /** The bytes of the wanted files below a folder, by path. */
  below(folder: string, wanted: (path: string) => boolean): Promise<ReadonlyMap<string, Buffer>>;
}

export interface ImageEntry {
  readonly kind: "file" | "directory" | "symlink" | "other";
  /** Permission bits, with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export interface Network extends AsyncDisposable {
  readonly id: string;
}

export interface LogLine {
  readonly stream: "stdout" | "stderr";
  /** The engine's time of the line, milliseconds since 1970. */
  readonly at: number;
  readonly text: string;
}

export interface Exit {
  readonly code: number;
  readonly oomKilled: boolean;
  /** Engine clock, milliseconds since 1970. */
  readonly finishedAt: number;
}

export interface ContainerProcess {
  readonly pid: number;
  /** Effective uid inside the container. */
  readonly uid: number;
  readonly argv: string;
}

/** What the control groups of a container count. */
export interface Usage {
  /** Without the files in memory that the kernel can give up at once. */
  readonly memoryBytes: number;
  /** The machine's memory where no limit is in force. */
  readonly memoryLimitBytes: number;
  /** Time of processors that it has used since its start. */
  readonly cpuMs: number;
  /** Periods in which a limit on processors was in force: 0 without one. */
  readonly cpuPeriods: number;
  /** Processes and their threads; undefined where the engine does not count them. */
  readonly processes?: number;
}

/** One run of a health command: -1 where it took too long. */
export interface HealthSaid {
  readonly code: number;
  /** Foreign text, as the command wrote it. */
  readonly output: string;
}

export interface ExecOptions {
  readonly user?: string;
  /** Variables besides those of the container. */
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export type Signal =
  | "SIGTERM"
  | "SIGKILL"
  | "SIGSTOP"
  | "SIGCONT"
  | "SIGINT"
  | "SIGQUIT"
  | "SIGHUP"
  | "SIGUSR1"
  | "SIGUSR2"
  | "SIGWINCH"
  /** As inits that manage services are stopped: `SIGRTMIN+3`. */
  | `SIGRT${string}`;

/** A started container. It is removed when its scope ends: `await using container = await engine.start(...)`. */
export interface Container extends AsyncDisposable {
  readonly id: string;
  /** `performance.now()` when the engine was asked to start it. */
  readonly startedAt: number;
  /** Address on this machine of a published container port. */
  url(port: number, path: string): URL;
  /** The same at the container's own address, where it has one: past the engine's proxy, and not reachable from everywhere. */
  ownUrl(port: number, path: string): URL | undefined;
  /** At most the last 2 MB; the text is as the service wrote it, so escape it before showing it. */
  logs(): Promise<readonly LogLine[]>;
  /** Those of the values that stand in the log: all that the engine keeps of it is read, up to 32 MB. */
  valuesInLog(values: readonly string[]): Promise<readonly string[]>;
  signal(name: Signal): Promise<void>;
  /** Resolves when the container has exited, from the engine's events or its wait call, never by polling. Rejects with the signal's reason. */
  exited(signal: AbortSignal): Promise<Exit>;
  /** From the last signal to that exit, both by the engine's own clock: what this machine or the engine took to tell does
   * not count. Undefined where the engine's events do not tell. */
  sinceSignal(exit: Exit): Promise<number | undefined>;
  running(): Promise<boolean>;
  /** `starting`, `healthy`, `unhealthy`, or `none` without a HEALTHCHECK. */
  health(): Promise<"starting" | "healthy" | "unhealthy" | "none">;
  /** How the health command ended the last time; undefined where it has not been run. */
  healthSaid(): Promise<HealthSaid | undefined>;
  /** Resolves at the engine's next health_status event that is `wanted`. */
  healthBecomes(wanted: "healthy" | "unhealthy", signal: AbortSignal): Promise<void>;
  exec(
    argv: readonly string[],
    options?: ExecOptions,
  ): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;
  processes(): Promise<readonly ContainerProcess[]>;
  /** What it uses now; undefined where the engine keeps no count, or the container has ended. */
  usage(): Promise<Usage | undefined>;
  /** Paths added, changed or deleted since the start (Docker's diff). */
  changes(): Promise<ReadonlyArray<{ readonly path: string; readonly kind: "added" | "changed" | "deleted" }>>;
  /** Files below a folder of the container, also when it has ended, and of its volumes, but of no tmpfs; by path, at most so many bytes. */
  filesBelow(folder: string, mostBytes: number): Promise<ReadonlyMap<string, Buffer>>;
  /** Files below a folder that were written since the container was started, also in a volume, which `changes` does not
   * see; as many as are found among so many bytes. */
  writtenBelow(folder: string, mostBytes: number): Promise<readonly string[]>;
}
