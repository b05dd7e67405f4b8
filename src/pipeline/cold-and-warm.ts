import type { Build, BuildStep, Image } from "../model/types.ts";
import type { SideRequest } from "./build-side.ts";
import type { Timed } from "./timed-edits.ts";

/** The build without cache and the warm ones, or what an earlier run measured of the first. */
export async function buildColdAndWarm(
  { quick, repetitions }: SideRequest,
  {
    time,
    builds,
    cold,
    notCold,
  }: {
    readonly time: Timed;
    readonly builds: Build[];
    readonly cold: Build | undefined;
    readonly notCold: string | undefined;
  },
): Promise<Image | undefined> {
  builds.splice(0);
  let image;
  let warm = 0;
  if (quick !== true && cold === undefined) {
    image = await time("cold", { noCache: true });
    // Its time is none of a cold build.
    if (notCold !== undefined) builds.splice(0);
  }
  if (quick !== true && cold !== undefined) {
    image = await time("warm", {});
    // Should the engine have lost its cache meanwhile, this has filled it again, and its time is none of a warm build.
    if (builds.some(({ steps }) => steps.some(isMade))) builds.splice(0);
    warm = builds.length;
    if (notCold === undefined) builds.unshift(cold);
  }
  // Each build moves the tag; the engine drops the image it pointed at before, so the last one is what is proven.
  for (; warm < repetitions; warm += 1) image = await time("warm", {});
  return image;
}

/** A step of the Dockerfile that was carried out, and not taken from the cache. */
const isMade = ({ stage, cached, name }: BuildStep): boolean =>
  stage !== undefined && !cached && !/^\[[^\]]*\] FROM /.test(name);
