import type { Choice, Decider, Draft, Facts } from "./decider.ts";
import { override } from "./shared/override.ts";
import { instructionsToday } from "./shared/today.ts";

/** Labels of today's image that are plain `name=value` words. */
function labelsToday(facts: Facts): Readonly<Record<string, string>> {
  const words = instructionsToday(facts.dockerfile, "LABEL").flatMap((instruction) => instruction.words);
  const pairs = words
    .map((word) => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1).replace(/^"|"$/g, "")] as const)
    .filter(([name, value]) => /^[\w.-]+$/.test(name) && !value.includes("$"));
  return Object.fromEntries(pairs);
}

export const labels: Decider = {
  id: "labels",
  title: "Labels",
  after: ["base"],
  resolves: ["label-not-valid"],
  decide(facts: Facts, draft: Draft): Choice {
    const value = {
      ...labelsToday(facts),
      "org.opencontainers.image.title": facts.service.name.replaceAll(/[^\w .@/-]+/g, "-"),
      "org.opencontainers.image.base.name": draft.base?.image ?? "",
      ...override(facts, "labels", "table"),
    };
    return {
      value: { labels: value },
      choice: "OCI labels: title, base image and the revision given to the build",
      because:
        "An image that is found somewhere tells what it is, what it stands on and which commit it was built from. They come last, so a new commit changes no layer.",
      rejected: [{ option: "a creation date", because: "it would make every build differ" }],
    };
  },
};
