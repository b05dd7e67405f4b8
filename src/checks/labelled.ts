import type { Check } from "./check.ts";
import { configuration, type Configuration } from "../probes/configuration.ts";
import { exampleConfiguration } from "./support/configuration-example.ts";
import { fail, leaving, pass, unproven } from "./support/verdicts.ts";

const REVISION = "org.opencontainers.image.revision";
const VERSION = "org.opencontainers.image.version";
/** What a reader of a registry needs to know where an image came from. */
const WANTED = ["org.opencontainers.image.title", REVISION];

const withoutRevision: Configuration = {
  ...exampleConfiguration,
  labels: { ...exampleConfiguration.labels, [REVISION]: "" },
};
const after = {
  side: "after",
  service: { git: { repository: true, commit: "4be1f2c", dirty: [] } } as never,
} as const;

export const labelled: Check<Configuration> = {
  id: "labelled",
  severity: "warning",
  title: "The image says what it is and from which commit",
  why: "At three in the morning the question is which code runs; a digest alone does not answer it.",
  source: "OCI image specification: annotations",
  whenItFails: {
    symptom: "Nobody can tell from which commit a running image was built.",
    cause: "The Dockerfile sets no `org.opencontainers.image.*` labels, or the build gave them no value.",
    remedy: "Add `LABEL org.opencontainers.image.title=…` and `…revision=$REVISION`, and pass `--build-arg REVISION`.",
  },
  needs: configuration,
  examples: [
    { name: "labelled", data: exampleConfiguration, status: "pass" },
    { name: "no label", data: { ...exampleConfiguration, labels: {} }, status: "fail" },
    { name: "an empty revision", data: withoutRevision, status: "fail", context: after },
    {
      name: "an empty revision, of a service without a commit",
      data: withoutRevision,
      status: "pass",
      context: { ...after, service: { git: { repository: false, commit: undefined, dirty: [] } } as never },
    },
    {
      name: "an empty revision, of today's Dockerfile, which we gave none",
      data: withoutRevision,
      status: "unproven",
      context: { ...after, side: "before" },
    },
  ],
  judge({ labels }, { side, service }) {
    const missing = WANTED.filter((name) => labels[name] === undefined);
    if (missing.length > 0) return fail(`Without the labels ${inWords(missing)}.`);
    const empty = [...WANTED, VERSION].filter((name) => labels[name] === "");
    // Labels of a base are inherited: only their values tell whose they are.
    const said = `${WANTED.map((name) => `\`${name}\` is ${JSON.stringify(labels[name]?.slice(0, 100))}`).join(", ")}.`;
    if (empty.length === 0) return pass(said);
    if (side === "before")
      return unproven(
        `${inWords(empty)} is empty: we build today's Dockerfile without a value for it. Whether your own build gives one was not seen; \`buildArgs\` in seaworthy.yaml gives it here.`,
      );
    if (service.git.commit !== undefined || empty.some((name) => name !== REVISION))
      return fail(`${inWords(empty)} is empty: the build was given no value.`);
    return leaving(pass(`${said} ${inWords(empty)} is empty: the service has no commit yet.`), [
      "whether the image names its commit (there is none)",
    ]);
  },
};

const inWords = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(" and ");
