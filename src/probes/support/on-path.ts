import { posix } from "node:path";
import type { Engine, ImageFiles } from "../../engine/engine.ts";
import type { Image } from "../../model/types.ts";

/** Where a program of an image lies, found as a start finds it; the image is not started. */
export async function findPrograms(
  engine: Pick<Engine, "openFiles">,
  image: Image,
  programs: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  if (programs.length === 0) return found;
  await using files = await engine.openFiles(image.id);
  for (const program of new Set(programs)) {
    const path = await placeOf(files, image, program);
    if (path !== undefined) found.set(program, path);
  }
  return found;
}

const USUAL_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

async function placeOf(files: ImageFiles, { config }: Image, program: string): Promise<string | undefined> {
  const path = config.env.find((entry) => entry.startsWith("PATH="))?.slice(5) ?? USUAL_PATH;
  const folders = program.includes("/") ? [config.workdir || "/"] : path.split(":");
  for (const folder of folders) {
    const place = posix.resolve("/", folder, program);
    const entry = await files.look(place);
    if (entry !== undefined && entry.kind !== "directory") return place;
  }
  return undefined;
}
