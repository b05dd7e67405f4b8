import type { Role, Stack, StackStep, StartCommand } from "../../model/types.ts";
import type { TreeProblem } from "../tree.ts";
import {
  type ComposeEntry,
  type ComposeProject,
  type ComposeSource,
  isSecretName,
  readComposeProject,
} from "./compose-project.ts";
import { dependenciesOf, namesHost, sidecarOf, volumesOf } from "./compose-service.ts";
import {
  askedRole,
  composeRoles,
  mainEntry,
  type OwnEntry,
  ownEntries,
  type RoleAsked,
  type RoleFacts,
} from "./find-roles.ts";

/** What the team asks for, and what is known of the service. */
export interface StackRequest extends RoleFacts {
  readonly source: ComposeSource;
  /** The service's folder. */
  readonly root: string;
  /** Compose services to start, or all that the service needs; undefined: none. */
  readonly wanted: "all" | readonly string[] | undefined;
  /** Names of what the team itself describes: it takes the place of the Compose service of its name. */
  readonly own: readonly string[];
  readonly roles: readonly RoleAsked[];
  readonly starts: readonly StartCommand[];
  /** A variable of the service that keeps its value of the proof: its port. */
  readonly kept: string | undefined;
}

export interface Beside {
  readonly stack: Stack;
  readonly roles: readonly Role[];
  /** Names that the team asks for and no file explains. */
  readonly unknown: { readonly sidecars: readonly string[]; readonly roles: readonly string[] };
  /** Undefined when there is no Compose file. */
  readonly compose: readonly string[] | undefined;
}

const NO_STACK: Stack = { files: [], service: undefined, env: {}, steps: [], notStarted: [], leftOut: [] };

/** Reads what runs beside the image while it is proven, and its roles. */
export async function readBeside(request: StackRequest, problems: TreeProblem[]): Promise<Beside> {
  const project = await readComposeProject(request.source, problems);
  const composed = project === undefined ? undefined : new Composition(project, request);
  const found = composed?.roles ?? new Map<string, Role>();
  const asked = request.roles.map((one) => [one.name, askedRole(one, found.get(one.name), request.starts)] as const);
  const roles = new Map([
    ...found,
    ...asked.flatMap(([name, role]) => (role === undefined ? [] : [[name, role] as const])),
  ]);
  const names = typeof request.wanted === "object" ? request.wanted : [];
  return {
    stack: composed?.stack() ?? NO_STACK,
    roles: [...roles.values()],
    unknown: {
      sidecars: names.filter((name) => project?.entries.has(name) !== true),
      roles: asked.flatMap(([name, role]) => (role === undefined ? [name] : [])),
    },
    compose: project?.files,
  };
}

/** One Compose project, as far as one service's proof is concerned. */
class Composition {
  readonly roles: ReadonlyMap<string, Role>;
  readonly #project: ComposeProject;
  readonly #request: StackRequest;
  readonly #own: ReadonlyMap<string, OwnEntry>;
  readonly #main: OwnEntry | undefined;
  readonly #tasks: ReadonlyMap<string, Role>;
  readonly #steps: StackStep[] = [];
  readonly #started = new Map<string, ComposeEntry>();
  readonly #leftOut: string[] = [];
  readonly #seen = new Set<string>();

  constructor(project: ComposeProject, request: StackRequest) {
    this.#project = project;
    this.#request = request;
    const own = ownEntries(project, request.root);
    this.#own = new Map(own.map((one) => [one.entry.name, one]));
    this.#main = mainEntry(own);
    this.#tasks = composeRoles(own, request);
    for (const name of request.own) {
      const entry = project.entries.get(name);
      if (entry === undefined) continue;
      this.#seen.add(name);
      this.#started.set(name, entry);
    }
    const { wanted } = request;
    if (wanted === "all") for (const name of this.#all()) this.#visit(name, false);
    else for (const name of wanted ?? []) this.#visit(name, this.#isTask(name));
    // Of the service's own tasks, those that have what they wait for.
    if (typeof wanted === "object") for (const name of this.#all()) if (this.#own.has(name)) this.#visitOwn(name);
    this.roles = new Map([...this.#tasks].map(([name, role]) => [name, this.#settled(name, role)]));
  }

  stack(): Stack {
    const names = this.#all().flatMap((name) => [...this.#needs(name)]);
    const missing = [...new Set(names)].filter((name) => !this.#started.has(name) && !this.#own.has(name));
    const entries = [...this.#started.values(), ...(this.#started.size > 0 && this.#main ? [this.#main.entry] : [])];
    return {
      files: this.#project.files,
      service: this.#main?.entry.name,
      env: this.#started.size === 0 || this.#main === undefined ? {} : this.#envOf(this.#main.entry),
      steps: this.#steps,
      notStarted: missing.map((name) => this.#inWords(name)),
      leftOut: [...new Set([...this.#leftOut, ...entries.flatMap(({ remarks }) => remarks)])],
    };
  }

  /** The service itself, and its roles. */
  #all(): readonly string[] {
    return [...(this.#main === undefined ? [] : [this.#main.entry.name]), ...this.#tasks.keys()];
  }

  #isTask(name: string): boolean {
    return [...this.#project.entries.values()].some((entry) => dependenciesOf(entry).get(name)?.ends === true);
  }

  /** Sidecars that a service needs: what it waits for, or what its variables name as a host. */
  #needs(name: string): ReadonlySet<string> {
    const entry = this.#project.entries.get(name);
    if (entry === undefined) return new Set();
    const waited = [...dependenciesOf(entry).keys()].filter((one) => this.#project.entries.has(one));
    const isMain = entry === this.#main?.entry;
    if (waited.length > 0 && !isMain) return new Set(waited);
    const values = Object.values(entry.env);
    const hosts = [...this.#project.entries.keys()].filter(
      (one) => one !== name && values.some((value) => namesHost(value, one)),
    );
    return new Set([...waited, ...hosts]);
  }

  /** Starts a service after what it needs; of the service under proof and its roles only what they need, and tasks. */
  #visit(name: string, ends: boolean): void {
    const entry = this.#project.entries.get(name);
    if (entry === undefined || this.#seen.has(name)) return;
    this.#seen.add(name);
    const waited = dependenciesOf(entry);
    for (const need of this.#needs(name)) this.#visit(need, waited.get(need)?.ends ?? false);
    if (this.#own.has(name)) {
      if (ends && this.#tasks.has(name)) this.#steps.push({ kind: "task", role: name });
      return;
    }
    const { sidecar, leftOut } = sidecarOf(entry, { ends: ends || this.#isTask(name), root: this.#request.root });
    this.#started.set(name, entry);
    this.#leftOut.push(...leftOut);
    this.#steps.push({ kind: "sidecar", sidecar });
  }

  #visitOwn(name: string): void {
    if (this.#seen.has(name) || !this.#isTask(name) || this.#missing(name).length > 0) return;
    this.#seen.add(name);
    this.#steps.push({ kind: "task", role: name });
  }

  /** What a role needs and nobody starts. Another role of the image is no sidecar. */
  #missing(name: string): readonly string[] {
    return [...this.#needs(name)].filter((need) => !this.#started.has(need) && !this.#own.has(need));
  }

  #settled(name: string, role: Role): Role {
    const entry = this.#project.entries.get(name);
    const missing = this.#missing(name);
    const isFirst = this.#steps.some((step) => step.kind === "task" && step.role === name);
    const settled = { ...role, ...(isFirst ? { first: true as const } : {}) };
    if (missing.length > 0)
      return {
        ...settled,
        notRun: `it needs ${missing.map((one) => this.#inWords(one)).join(", ")}, and nothing started it`,
      };
    if (this.#request.wanted === undefined) return { ...settled, notRun: "nobody asked for it" };
    return { ...settled, env: entry === undefined ? {} : this.#envOf(entry) };
  }

  #inWords(name: string): string {
    const image = this.#project.entries.get(name)?.table["image"];
    return typeof image === "string" ? `${name} (${image})` : name;
  }

  /**
   * What the proof gives of a service's environment: values that name a started sidecar or are an account's there, and
   * those that are no secret. A real secret has no place in a proof, and what is nowhere is not named.
   */
  #envOf(entry: ComposeEntry): Readonly<Record<string, string>> {
    const accounts = new Set([...this.#started.values()].flatMap(({ env }) => Object.values(env)));
    const away = [...this.#project.entries.keys()].filter((name) => !this.#started.has(name));
    const { bound } = volumesOf(entry);
    const isGiven = ([name, value]: readonly [string, string]): boolean => {
      if (name === this.#request.kept || bound.some((path) => value.startsWith(path))) return false;
      if ([...this.#started.keys()].some((host) => namesHost(value, host))) return true;
      if (accounts.has(value) && value !== "") return true;
      return !isSecretName(name) && !away.some((host) => host !== entry.name && namesHost(value, host));
    };
    return Object.fromEntries(Object.entries(entry.env).filter(isGiven));
  }
}
