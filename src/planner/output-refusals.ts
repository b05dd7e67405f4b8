import type { Facts } from "../decisions/decider.ts";
import type { ImageSpec, Refusal } from "../model/types.ts";

/** The first lines of a file that was rendered by us, however they are broken. */
const OURS = /written[\s#]+by[\s#]+seaworthy/;

/** Somebody's own file has the name of the one that is to be written, and is not the one that is reworked. */
export function* outputRefusals(
  { dockerfile, outputText }: Facts,
  image: Pick<ImageSpec, "dockerfile">,
): Generator<Refusal> {
  const output = image.dockerfile;
  if (outputText === undefined || dockerfile?.path === output || OURS.test(outputText.slice(0, 1000))) return;
  yield {
    id: "output-taken",
    what: `${output} is there already, and what is reworked is ${dockerfile?.path ?? "nothing"}`,
    because: "It would be replaced without having been read: it may be the image that ships.",
    instead: `Set \`dockerfile: ${output}\` in seaworthy.yaml when it is, or give \`output\` another name.`,
    blocking: true,
  };
}
