import type { Pin } from "../model/types.ts";

/** The service's name as text that is safe in comments, labels and scripts: one line of ordinary characters. */
export const titleOf = (name: string): string => name.replaceAll(/[^\w .@/-]+/g, "-");

/** The image as a Dockerfile names it: with the digest a registry gave, or by its tag when none answered. */
export function imageName(
  image: string,
  pins: readonly Pin[],
): { readonly name: string; readonly note: string | undefined } {
  const pin = pins.find((one) => one.image === image);
  return pin?.digest === undefined
    ? { name: image, note: "unpinned: no registry" }
    : { name: `${image}@${pin.digest}`, note: undefined };
}
