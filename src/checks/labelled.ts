import type { Check } from "./check.ts";
import { configuration, type Configuration } from "../probes/configuration.ts";
import { exampleConfiguration } from "./support/configuration-example.ts";
import { fail, pass } from "./support/verdicts.ts";

/** What a reader of a registry needs to know where an image came from. */
const WANTED = ["org.opencontainers.image.title", "org.opencontainers.image.revision"];

export const labelled: Check<Configuration> = {
  id: "labelled",
  title: "The image says what it is and from which commit",
  why: "At three in the morning the question is which code runs; a digest alone does not answer it.",
  source: "OCI image specification: annotations",
  whenItFails: {
    symptom: "Nobody can tell from which commit a running image was built.",
    cause: "The Dockerfile sets no `org.opencontainers.image.*` labels.",
    remedy: "Add `LABEL org.opencontainers.image.title=…` and `…revision=$REVISION`, and pass `--build-arg REVISION`.",
  },
  needs: configuration,
  examples: [
    { name: "labelled", data: exampleConfiguration, status: "pass" },
    { name: "no label", data: { ...exampleConfiguration, labels: {} }, status: "fail" },
  ],
  judge({ labels }) {
    const missing = WANTED.filter((name) => labels[name] === undefined);
    if (missing.length > 0) return fail(`Without the labels ${missing.map((name) => `\`${name}\``).join(" and ")}.`);
    const empty = WANTED.filter((name) => labels[name] === "");
    const remark =
      empty.length === 0
        ? ""
        : ` ${empty.map((name) => `\`${name}\``).join(", ")} is empty: this build was given no value.`;
    return pass(
      `${Object.keys(labels).filter((name) => name.startsWith("org.opencontainers.image.")).length} labels.${remark}`,
    );
  },
};
