import type { Image, Layer } from "../model/types.ts";
import type { LayerVisitor } from "./engine.ts";
import type { EngineHttp } from "./http.ts";

export async function walkSavedLayers(
  _http: EngineHttp,
  _image: Image,
  _visit: LayerVisitor,
): Promise<readonly Layer[]> {
  throw new Error("Not written yet");
}
