import type { HealthcheckConfig, Image } from "../model/types.ts";
import type { OwnHealth } from "./podman.ts";
import { EngineRefusal, type EngineHttp } from "./http.ts";

/** The engine's answer to an inspection, as far as it is read here. Podman leaves fields out where Docker writes null. */
interface RawImage {
  readonly Id: string;
  readonly RepoTags?: readonly string[] | null;
  readonly Os?: string;
  readonly Architecture?: string;
  readonly Variant?: string;
  readonly Config?: RawConfig | null;
  readonly RootFS?: { readonly Layers?: readonly string[] | null };
}
interface RawConfig {
  readonly User?: string;
  readonly Env?: readonly string[] | null;
  readonly Entrypoint?: readonly string[] | null;
  readonly Cmd?: readonly string[] | null;
  readonly WorkingDir?: string;
  readonly ExposedPorts?: Readonly<Record<string, unknown>> | null;
  readonly Volumes?: Readonly<Record<string, unknown>> | null;
  readonly Labels?: Readonly<Record<string, string>> | null;
  readonly StopSignal?: string;
  readonly Healthcheck?: RawHealth | null;
}
interface RawHealth {
  readonly Test?: readonly string[] | null;
  readonly Interval?: number;
  readonly Timeout?: number;
  readonly StartPeriod?: number;
  readonly Retries?: number;
}
interface RawHistory {
  readonly CreatedBy?: string;
  readonly Size?: number;
}

export interface InspectOptions {
  /** Has the engine unpack the image. */
  readonly unpack: () => Promise<void>;
  /** Asked where the answer does not hold the HEALTHCHECK. */
  readonly healthOf: (() => Promise<OwnHealth>) | undefined;
}

/** Undefined when the engine has no such image. */
export async function inspectImage(
  http: EngineHttp,
  reference: string,
  { unpack, healthOf }: InspectOptions,
): Promise<Image | undefined> {
  const name = encodePath(reference);
  const raw = await unlessRefused(() => http.json<RawImage>("GET", `/images/${name}/json`));
  if (raw === undefined) return undefined;
  const askHistory = () => unlessRefused(() => http.json<readonly RawHistory[]>("GET", `/images/${name}/history`));
  let history = await askHistory();
  if (history === undefined) {
    // Docker's containerd store tells the sizes from unpacked layers. Those of an image that was built wholly from the
    // cache may be collected at any time; whatever is made of the image unpacks them again.
    await unpack();
    history = await askHistory();
  }
  const image = imageOf(raw, history ?? [], reference);
  if (healthOf === undefined) return image;
  const { healthcheck, unread } = await healthOf();
  const seen = {
    healthcheck: parseHealth(healthcheck),
    ...(unread === undefined ? {} : { healthcheckUnread: unread }),
  };
  return { ...image, config: { ...image.config, ...seen } };
}

/** Undefined when the engine knows of nothing by this name, or takes it for none. */
async function unlessRefused<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof EngineRefusal && (error.status === 404 || error.status === 400)) return undefined;
    throw error;
  }
}

/** A reference in a URL path: slashes stay. */
export function encodePath(reference: string): string {
  return reference.split("/").map(encodeURIComponent).join("/");
}

function imageOf(raw: RawImage, history: readonly RawHistory[], reference: string): Image {
  return {
    id: raw.Id.includes(":") ? raw.Id : `sha256:${raw.Id}`,
    tag: reference,
    diffIds: raw.RootFS?.Layers ?? [],
    platform: [raw.Os ?? "linux", raw.Architecture ?? "", raw.Variant ?? ""].filter((part) => part !== "").join("/"),
    config: configOf(raw.Config ?? {}, history),
  };
}

function configOf(config: RawConfig, history: readonly RawHistory[]): Image["config"] {
  return {
    user: config.User ?? "",
    env: config.Env ?? [],
    entrypoint: config.Entrypoint ?? [],
    command: config.Cmd ?? [],
    workdir: config.WorkingDir ?? "",
    exposed: Object.keys(config.ExposedPorts ?? {}),
    volumes: Object.keys(config.Volumes ?? {}),
    labels: config.Labels ?? {},
    stopSignal: config.StopSignal === "" ? undefined : config.StopSignal,
    healthcheck: parseHealth(config.Healthcheck),
    // The engine lists the newest first. That an entry made no layer shows only as size 0, so the count of layers decides
    // in `walkLayers`; here size 0 is taken for empty.
    history: history
      .toReversed()
      .map((entry) => ({ createdBy: entry.CreatedBy ?? "", empty: (entry.Size ?? 0) === 0 })),
  };
}

const NANO = 1_000_000;

function parseHealth(raw: RawHealth | null | undefined): HealthcheckConfig | undefined {
  if (raw?.Test === undefined || raw.Test === null || raw.Test.length === 0) return undefined;
  // What the image leaves out, the engine fills with these.
  return {
    test: raw.Test,
    intervalMs: (raw.Interval || 30_000 * NANO) / NANO,
    timeoutMs: (raw.Timeout || 30_000 * NANO) / NANO,
    startPeriodMs: (raw.StartPeriod ?? 0) / NANO,
    retries: raw.Retries || 3,
  };
}
