import { randomBytes } from "node:crypto";
import { UserError } from "../kit/errors.ts";
import type { Image, Layer } from "../model/types.ts";
import { type Builder, buildImage, labelsLayers } from "./build.ts";
import { hasLostLayers } from "./build-failure.ts";
import { EngineContainer, type RawContainer, removeContainer } from "./container.ts";
import { copyInto, splitMounts } from "./copied-mounts.ts";
import { cliFor } from "./cli-for.ts";
import { createBody } from "./create.ts";
import type {
  BuildRequest,
  BuildResult,
  ConnectedEngine,
  Container,
  EngineCli,
  ImageFiles,
  LayerVisitor,
  Network,
  StartOptions,
} from "./engine.ts";
import { EngineRefusal, type EngineHttp } from "./http.ts";
import { encodePath, inspectImage } from "./image.ts";
import { type HealthCommand, ownHealthOf } from "./podman.ts";
import { readImageFile } from "./image-file.ts";
import { filesOf } from "./image-files.ts";
import { walkSavedLayers } from "./layers.ts";
import { isAbandoned, isOfRun, labelsOf, type Owner } from "./owner.ts";
import { endOrphanedBuilds } from "./orphans.ts";
import { unlessLost } from "./presence.ts";
import { pullImage, pushImage } from "./pull.ts";
import type { Reach } from "./reach.ts";
import { removeOldScratch } from "./scratch.ts";
import type { Tunnel } from "./ssh.ts";
import { removeOurs, removeNetwork } from "./sweep.ts";

export interface EngineFacts {
  readonly name: "docker" | "podman";
  readonly version: string;
  readonly store: string;
  readonly api: number;
  readonly processors: number | undefined;
  /** What a container gets at most that is not told otherwise: an image that forks or allocates forever ends, not the machine. */
  readonly most: Pick<StartOptions, "memoryBytes" | "pidsLimit">;
  readonly owner: Owner;
  readonly reach: Reach;
  /** The way to an engine behind ssh, which ends with the engine. */
  readonly tunnel: Tunnel | undefined;
  readonly signal: AbortSignal;
  /** Milliseconds since 1970 by the engine's clock: labels are written and read by it alone. */
  readonly now: () => number;
}

/** Docker or Podman: the Engine API for everything but builds and pulls, which are the command line's. */
export class ContainerEngine implements ConnectedEngine {
  readonly name: "docker" | "podman";
  readonly version: string;
  readonly store: string;
  readonly strictReadOnly: boolean;
  readonly processors: number | undefined;
  readonly cli: EngineCli;
  readonly #http: EngineHttp;
  readonly #facts: EngineFacts;
  readonly #builder: Builder;

  constructor(http: EngineHttp, facts: EngineFacts) {
    this.#http = http;
    this.#facts = facts;
    this.name = facts.name;
    this.version = facts.version;
    this.store = facts.store;
    this.strictReadOnly = facts.name === "docker";
    this.processors = facts.processors;
    this.cli = cliFor(http, facts);
    this.#builder = {
      cli: this.cli,
      labels: (keepMs) => labelsOf(facts.owner, keepMs === undefined ? "image" : "kept-image", facts.now(), keepMs),
      layerLabels: () => labelsOf(facts.owner, "layer", facts.now()),
    };
  }

  async build(request: BuildRequest): Promise<BuildResult> {
    const built = await buildImage(this.#builder, request).catch((error: unknown) => {
      if (hasLostLayers(error)) return buildImage(this.#builder, request);
      throw error;
    });
    const image = await this.inspect(request.tag);
    if (image !== undefined) return { ...built, image };
    throw new UserError("engine/build-not-loaded", `The build succeeded, but the engine has no image ${request.tag}`, {
      hint: "The builder did not load its result into the engine. `docker buildx ls` shows the builders.",
      where: { file: request.logFile },
    });
  }

  inspect(reference: string): Promise<Image | undefined> {
    return inspectImage(this.#http, reference, {
      unpack: async () => removeContainer(this.#http, await this.#neverStarted(reference)),
      healthOf: this.name === "podman" ? () => ownHealthOf(this.#http, reference) : undefined,
    });
  }

  walkLayers(image: Image, visit: LayerVisitor): Promise<readonly Layer[]> {
    return walkSavedLayers(this.#http, image, visit);
  }

  async ensure(reference: string): Promise<Image> {
    const present = await this.inspect(reference);
    if (present !== undefined) return present;
    await pullImage(this.cli, reference, this.#facts.signal);
    return (await this.inspect(reference)) ?? gone(reference);
  }

  pull(reference: string): Promise<void> {
    return pullImage(this.cli, reference, this.#facts.signal);
  }

  push(reference: string): Promise<void> {
    return pushImage(this.cli, reference, this.#facts.signal);
  }

  async tag(image: string, reference: string): Promise<void> {
    const colon = reference.lastIndexOf(":");
    const [repo, tag] =
      colon > reference.lastIndexOf("/")
        ? [reference.slice(0, colon), reference.slice(colon + 1)]
        : [reference, "latest"];
    await this.#http.bytes("POST", `/images/${encodePath(image)}/tag`, { query: { repo, tag } });
  }

  async removeImage(reference: string): Promise<void> {
    const query = (await labelsLayers(this.cli)) ? { noprune: true } : {};
    try {
      await this.#http.bytes("DELETE", `/images/${encodePath(reference)}`, { query, evenWhenAborted: true });
    } catch (error) {
      if (!(error instanceof EngineRefusal && error.status === 404)) throw error;
    }
  }

  async start(image: string, options: StartOptions): Promise<Container> {
    const id = await this.#create(image, options);
    try {
      this.#facts.signal.throwIfAborted();
      for (const mount of (await splitMounts(options.mounts ?? [])).copied) await copyInto(this.#http, id, mount);
      const startedAt = performance.now();
      await this.#http.bytes("POST", `/containers/${id}/start`);
      const raw = await this.#http.json<RawContainer>("GET", `/containers/${id}/json`);
      const ownHealth = await this.#ownHealth(image, options);
      const { reach } = this.#facts;
      return await EngineContainer.open(this.#http, raw, {
        startedAt,
        podman: this.name === "podman",
        reach,
        ownHealth,
      });
    } catch (error) {
      await removeContainer(this.#http, id);
      throw startFailure(error, image);
    }
  }

  async createNetwork(options: { readonly internal: boolean }): Promise<Network> {
    const { Id: id } = await this.#http.json<{ Id: string }>("POST", "/networks/create", {
      body: {
        Name: this.#name(),
        Driver: "bridge",
        Internal: options.internal,
        Labels: labelsOf(this.#facts.owner, "network", this.#facts.now()),
      },
      evenWhenAborted: true,
    });
    return { id, [Symbol.asyncDispose]: () => removeNetwork(this.#http, id) };
  }

  unlessLost<T>(work: () => Promise<T>): Promise<T> {
    return unlessLost(this.#http, work);
  }

  async sweep(options: { readonly keepTags?: readonly string[] } = {}): Promise<readonly string[]> {
    const kept = new Set(options.keepTags);
    // First: what still builds would put an image there again.
    const ended = await endOrphanedBuilds();
    const removed = await removeOurs(this.#http, {
      owns: (labels) => isAbandoned(labels, this.#facts.now()),
      ownsLayer: (labels) => isAbandoned(labels, this.#facts.now()),
      image: (tag) => !kept.has(tag),
      now: this.#facts.now(),
      layersAreLabelled: await labelsLayers(this.cli),
      atOnce: this.name === "docker",
    });
    return [...ended, ...removed, ...(await removeOldScratch())];
  }

  async removeAllOf(run: string, options: { readonly images?: boolean } = {}): Promise<readonly string[]> {
    return await removeOurs(this.#http, {
      owns: (labels) => isOfRun(labels, run),
      // Podman ends the build of a killed run only after its step: at the sweep it may have gone on still.
      ownsLayer: (labels) => isOfRun(labels, run) || isAbandoned(labels, this.#facts.now()),
      ...(options.images === true ? { image: () => true } : {}),
      now: this.#facts.now(),
      layersAreLabelled: await labelsLayers(this.cli),
      atOnce: this.name === "docker",
    });
  }

  readFile(image: string, path: string): Promise<{ readonly path: string; readonly bytes: Buffer } | undefined> {
    return readImageFile(this.#http, () => this.#neverStarted(image), path);
  }

  async openFiles(image: string): Promise<ImageFiles> {
    return filesOf(this.#http, await this.#neverStarted(image));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.removeAllOf(this.#facts.owner.run);
    } finally {
      this.#http.close();
      await this.#facts.tunnel?.[Symbol.asyncDispose]();
    }
  }

  /** On Podman we run the health command ourselves (podman.ts). */
  async #ownHealth(image: string, { health }: StartOptions): Promise<HealthCommand | undefined> {
    if (this.name !== "podman" || health === undefined) return undefined;
    const test = health.test ?? (await this.inspect(image))?.config.healthcheck?.test ?? [];
    return test.length > 1 ? { ...health, test } : undefined;
  }

  #neverStarted(image: string): Promise<string> {
    return this.#create(image, { network: "none", entrypoint: ["/never-started"] });
  }

  #name(): string {
    return `seaworthy-${randomBytes(6).toString("hex")}`;
  }

  async #create(image: string, options: StartOptions): Promise<string> {
    this.#facts.signal.throwIfAborted();
    const { copied, bound } = await splitMounts(options.mounts ?? []);
    const body = createBody(
      {
        image,
        labels: labelsOf(this.#facts.owner, "container", this.#facts.now()),
        hasStartInterval: this.#facts.api >= 1.44,
        podman: this.name === "podman",
        publishOn: this.#facts.reach.publishOn,
        copied,
        bound,
      },
      { ...this.#facts.most, ...options },
    );
    try {
      // Never aborted in the middle: a container whose id is unknown could not be removed.
      const created = await this.#http.json<{ Id: string }>("POST", "/containers/create", {
        query: { name: this.#name() },
        body,
        evenWhenAborted: true,
      });
      return created.Id;
    } catch (error) {
      if (error instanceof EngineRefusal && error.status === 404) gone(image);
      throw startFailure(error, image);
    }
  }
}

function gone(image: string): never {
  throw new UserError("engine/no-image", `The engine has no image ${image}`, {
    hint: "It was removed meanwhile: run the build again.",
  });
}

function startFailure(error: unknown, image: string): unknown {
  if (!(error instanceof EngineRefusal)) return error;
  return new UserError("engine/start-failed", `${image} does not start: ${error.message.replace(/^.*?`: /, "")}`, {
    hint: "The engine refused the container before its program ran: check its entrypoint, command, user and mounts.",
    cause: error,
  });
}
