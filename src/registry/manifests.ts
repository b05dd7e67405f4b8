import * as z from "zod";

/** The two shapes a tag can name. Docker's own media types and OCI's hold the same fields. */
export const INDEX_TYPES: readonly string[] = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
];
export const MANIFEST_TYPES: readonly string[] = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

export const indexSchema: z.ZodType<{ manifests: IndexEntry[] }> = z.object({
  manifests: z.array(
    z.object({
      digest,
      platform: z.object({ os: z.string(), architecture: z.string(), variant: z.string().optional() }).optional(),
    }),
  ),
});

export interface IndexEntry {
  digest: string;
  platform?: Platform | undefined;
}

interface Platform {
  os: string;
  architecture: string;
  variant?: string | undefined;
}

export const manifestSchema: z.ZodType<ImageManifest> = z.object({
  config: z.object({ digest }),
  layers: z.array(z.object({ digest, mediaType: z.string().optional() })).optional(),
});

export interface ImageManifest {
  config: { digest: string };
  layers?: Array<{ digest: string; mediaType?: string | undefined }> | undefined;
}

export const configSchema: z.ZodType<ImageConfigBlob> = z.object({
  os: z.string(),
  architecture: z.string(),
  variant: z.string().optional(),
  config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }).nullish(),
});

export interface ImageConfigBlob extends Platform {
  config?: { Labels?: Record<string, string> | null | undefined } | null | undefined;
}

/** `linux/arm64` and `linux/arm64/v8` are the same; `linux/arm` means v7, as in containerd. */
export function normalPlatform(text: string): string {
  const [os = "linux", architecture = "amd64", variant = ""] = text.toLowerCase().split("/");
  if (architecture === "arm64" && variant === "v8") return `${os}/arm64`;
  if (architecture === "arm" && variant === "") return `${os}/arm/v7`;
  return [os, architecture, variant].filter((part) => part !== "").join("/");
}

export function platformOf({ os, architecture, variant }: Platform): string {
  return normalPlatform([os, architecture, variant ?? ""].join("/"));
}

/** The platforms one can run; attestations are listed as `unknown/unknown` and left out. */
export function platformsOf(entries: readonly IndexEntry[]): readonly string[] {
  return entries
    .flatMap(({ platform }) => (platform === undefined || platform.os === "unknown" ? [] : [platformOf(platform)]))
    .toSorted();
}
