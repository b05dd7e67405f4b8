import type { StartOptions } from "../../engine/engine.ts";
import type { Image } from "../../model/types.ts";
import { frameworkHook } from "./framework-hook.ts";
import { injected } from "./inject.ts";

/** Path of the route that the injected file adds. */
export const SLOW_PATH = "/__seaworthy/slow";

/** How to start an image with a slow route added to it from outside. */
export function slowRoute(
  image: Image,
  directory: string,
  env: Readonly<Record<string, string>>,
): Promise<Pick<StartOptions, "mounts" | "env">> {
  return injected(image, { directory, name: "slow-route", script: ROUTE }, env);
}

const ROUTE: string = frameworkHook(`
from urllib.parse import parse_qs

def decide(path, query):
    if path != ${JSON.stringify(SLOW_PATH)}:
        return None
    try:
        return min(30.0, float(parse_qs(query)["seconds"][0])), 200
    except (KeyError, ValueError):
        return 1.0, 200
`);
