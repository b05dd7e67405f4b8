import { UserError } from "../kit/errors.ts";
import type { Known } from "../registry/access.ts";
import type { Probe } from "./probe.ts";

/** What registries say of the digests by which the bases are named. */
export interface BaseDigests {
  /** False with `--offline`: nobody was asked. */
  readonly asked: boolean;
  readonly bases: ReadonlyArray<{ readonly image: string } & Known>;
}

export const baseDigests: Probe<BaseDigests> = {
  id: "base-digests",
  title: "Ask the registries for the digests by which the bases are named",
  runs: "beside-others",
  withoutImage: true,
  version: 1,
  async collect({ build, registry }) {
    if (build === undefined)
      throw new UserError("probe/not-built", "The image was not built here, so its bases are not known", {
        hint: "Verify the folder instead.",
      });
    const named = [...new Set(build.bases.map((base) => base.named))].filter((name) => name.includes("@"));
    if (registry === undefined || registry.offline) return { asked: false, bases: [] };
    const bases = await Promise.all(named.map(async (image) => ({ image, ...(await registry.has(image)) })));
    return { asked: true, bases };
  },
};
