import type { Dockerfile } from "../../model/types.ts";
import { baseOf, isForLambda } from "./base.ts";
import { once } from "../../kit/once.ts";
import { rootImage } from "./settings.ts";
import { shippedStage, shippedSteps } from "./steps.ts";

/** Where Lambda looks for extensions, and nobody else. */
const EXTENSION = /^\/opt\/extensions(?:\/|$)/;

/** The image is for AWS Lambda: one of its bases, or an extension of it, such as the adapter that hands on to a web server. */
export const runsOnLambda: (dockerfile: Dockerfile) => boolean = once((dockerfile) => {
  const stage = shippedStage(dockerfile);
  if (stage === undefined) return false;
  return (
    isForLambda(baseOf(rootImage(dockerfile, stage))) ||
    shippedSteps(dockerfile).some(
      ({ instruction: { keyword, words } }) => keyword === "COPY" && EXTENSION.test(words.at(-1) ?? ""),
    )
  );
});
