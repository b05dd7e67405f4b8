import type { LayerEntry } from "../../src/engine/engine.ts";
import { type Layers, layers } from "../../src/probes/layers.ts";
import type { ProbeContext } from "../../src/probes/probe.ts";

interface Walking {
  entry(one: LayerEntry): void;
  wants(one: LayerEntry): boolean;
  content(one: LayerEntry, bytes: Buffer): void;
}

const config = {
  user: "1001",
  workdir: "/app",
  env: [],
  volumes: [],
  labels: {},
  history: [],
  entrypoint: [],
  command: [],
};

/** What the probe finds in an image with these entries, each with its content or without one. */
export function layersOf(
  entries: ReadonlyArray<readonly [LayerEntry, (Buffer | string)?]>,
  {
    programs = [],
    absentPrograms = [],
  }: { readonly programs?: unknown; readonly absentPrograms?: readonly string[] } = {},
): Promise<Layers> {
  const context = {
    image: { config },
    service: { programs },
    contract: { absentPrograms, writablePaths: [] },
    build: undefined,
    signal: new AbortController().signal,
    engine: {
      walkLayers: async (_: unknown, walk: Walking) => {
        for (const [one, content = ""] of entries) {
          walk.entry(one);
          if (one.kind === "file" && walk.wants(one)) walk.content(one, Buffer.from(content));
        }
        return [];
      },
    },
  } as unknown as ProbeContext;
  return layers.collect(context);
}
