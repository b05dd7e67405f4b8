import { UserError } from "../kit/errors.ts";
import type { BuildSide } from "../model/types.ts";
import type { Probe } from "./probe.ts";

/** How the image came to be, as the build step wrote it down. */
export interface BuildRecord {
  readonly built: boolean;
  readonly failure: BuildSide["failure"];
  readonly builds: BuildSide["builds"];
  readonly edited: BuildSide["edited"];
  readonly bases: BuildSide["bases"];
  readonly rebuilt?: NonNullable<BuildSide["rebuilt"]>;
  readonly notCold?: string;
}

export const buildRecord: Probe<BuildRecord> = {
  id: "build-record",
  title: "Read how the image was built",
  runs: "beside-others",
  withoutImage: true,
  version: 2,
  async collect({ build }) {
    if (build === undefined)
      throw new UserError("probe/not-built", "The image was not built here, so nothing is known about its build", {
        hint: "Verify the folder instead.",
      });
    const { image, failure, builds, edited, bases, rebuilt, notCold } = build;
    return {
      built: image !== undefined,
      failure,
      builds,
      edited,
      bases,
      ...(rebuilt === undefined ? {} : { rebuilt }),
      ...(notCold === undefined ? {} : { notCold }),
    };
  },
};
