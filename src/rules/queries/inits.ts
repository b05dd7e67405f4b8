import type { Dockerfile } from "../../model/types.ts";
import { envAtStart, nameOf } from "./start.ts";
import { shippedSteps } from "./steps.ts";

/**
 * Whether an init passes signals on to all that its program has started: dumb-init does, tini when it is told so. True
 * where its options cannot be seen.
 */
export function signalsGroup(dockerfile: Dockerfile, init: string): boolean {
  if (init === "dumb-init") return true;
  if (init === "catatonit") return false;
  if (envAtStart(dockerfile).has("TINI_KILL_PROCESS_GROUP")) return true;
  const words = ["ENTRYPOINT", "CMD"].flatMap((keyword) => {
    const last = shippedSteps(dockerfile).findLast(({ instruction }) => instruction.keyword === keyword)?.instruction;
    return last?.form === "exec" ? last.words : [];
  });
  const at = words.findIndex((word) => nameOf(word) === init);
  const isValue = (index: number): boolean => /^-[pe]$/.test(words[index - 1] ?? "");
  const end = words.findIndex(
    (word, index) => index > at && !isValue(index) && (word === "--" || !word.startsWith("-")),
  );
  return at < 0 || words.slice(at + 1, end < 0 ? undefined : end).some((word) => /^-\w*g/.test(word));
}
