import { join } from "node:path";
import type { BuildRequest, ConnectedEngine } from "../engine/engine.ts";
import { UserError } from "../kit/errors.ts";
import type { Difference, Image, LayerDifference, Rebuilt, Requirement } from "../model/types.ts";
import { compare } from "../probes/rebuild/compare.ts";
import { marksOf } from "../probes/rebuild/marks.ts";
import { whyDiffers } from "../probes/rebuild/why.ts";
import { namesCheck } from "../requirements/checks-asked.ts";
import type { SessionOptions } from "./session.ts";

/** Another build without cache takes its time: only when it is asked for, or when a requirement rests on it. */
export const rebuildWanted = (
  demanded: readonly Requirement[] | undefined,
  { reproducible }: SessionOptions,
): boolean => reproducible === true || (demanded !== undefined && namesCheck(demanded, "builds-reproducibly"));

/** Builds an image once more without anything cached, sets the two beside each other, and removes the second one. */
export async function rebuild(
  engine: ConnectedEngine,
  image: Image,
  request: Omit<BuildRequest, "logFile" | "keepMs">,
  directory: string,
): Promise<Rebuilt> {
  const tag = `${request.tag}-rebuilt`;
  try {
    const logFile = join(directory, "logs", "build-rebuilt.log");
    const second = (await engine.build({ ...request, tag, noCache: true, logFile })).image;
    const compared = compare(await marksOf(engine, image), await marksOf(engine, second));
    return { ...compared, differing: await explained(engine, [image, second], compared.differing) };
  } catch (error) {
    if (!(error instanceof UserError) || !/^engine\/(build|base)-/.test(error.code)) throw error;
    return { ...NOTHING, problem: error.message };
  } finally {
    await engine.removeImage(tag).catch(() => {});
  }
}

const NOTHING: Rebuilt = { layers: 0, again: 0, equal: 0, configuration: [], moved: [], differing: [] };

type Pair = readonly [Image, Image];

/** Looks into the first file of each layer whose content differs. */
async function explained(
  engine: ConnectedEngine,
  images: Pair,
  layers: readonly LayerDifference[],
): Promise<readonly LayerDifference[]> {
  const explain = async (difference: Difference): Promise<Difference> => {
    const why = difference.kind === "content" ? await whyOf(engine, images, difference) : undefined;
    return why === undefined ? difference : { ...difference, why };
  };
  return Promise.all(
    layers.map(async (layer) => ({ ...layer, differences: await Promise.all(layer.differences.map(explain)) })),
  );
}

async function whyOf(engine: ConnectedEngine, images: Pair, { examples }: Difference): Promise<string | undefined> {
  const path = (examples[0] ?? "").replace(/ \([^()]*\)$/, "");
  const [one, other] = await Promise.all(images.map(({ id }) => engine.readFile(id, path).catch(() => undefined)));
  // A later layer may have taken the file away, or brought it again.
  return one === undefined || other === undefined || one.bytes.equals(other.bytes)
    ? undefined
    : whyDiffers(one.bytes, other.bytes);
}
