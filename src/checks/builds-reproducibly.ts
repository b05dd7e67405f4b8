import { counted } from "../kit/text.ts";
import type { Difference, DifferenceKind, LayerDifference, Rebuilt } from "../model/types.ts";
import { buildRecord, type BuildRecord } from "../probes/build-record.ts";
import type { Check } from "./check.ts";
import { exampleRecord } from "./support/examples.ts";
import { fail, notApplicable, pass, some, unproven } from "./support/verdicts.ts";

const equal: Rebuilt = { layers: 9, again: 9, equal: 9, configuration: [], moved: [], differing: [] };
const differs = (step: string, ...differences: readonly Difference[]): BuildRecord => ({
  ...exampleRecord,
  rebuilt: { ...equal, equal: 8, differing: [{ layer: 7, step, differences }] },
});
const only = (kind: DifferenceKind, example: string, files = 1): Difference => ({ kind, files, examples: [example] });
const SYNC = "COPY /opt/venv /opt/venv # buildkit";

export const buildsReproducibly: Check<BuildRecord> = {
  id: "builds-reproducibly",
  severity: "warning",
  title: "Built a second time with nothing cached, the image is the same",
  why: "An image whose files change with each build cannot be compared with what was tested, and nobody can tell a change of the source from a change of the day. The times of files are left out: a builder makes them equal when it is asked.",
  source: "Reproducible builds; BuildKit documentation: SOURCE_DATE_EPOCH",
  whenItFails: {
    symptom: "Two builds of one commit behave differently, or a scanner reports changes that nobody made.",
    cause: "A step writes a date or a random value, or installs what no lock file pins.",
    remedy:
      "Take what the step writes from a file of the repository or from `ARG SOURCE_DATE_EPOCH`, and install by the lock.",
  },
  needs: buildRecord,
  examples: [
    { name: "every layer has the same digest", data: { ...exampleRecord, rebuilt: equal }, status: "pass" },
    { name: "only times differ", data: differs(SYNC, only("times", "/opt/venv", 4200)), status: "pass" },
    {
      name: "logs of the package manager",
      data: differs("RUN apt-get update", only("logs", "/var/log/dpkg.log")),
      status: "pass",
    },
    { name: "nobody asked for a second build", data: exampleRecord, status: "not-applicable" },
    {
      name: "a build number",
      data: differs("RUN /bin/sh -c date > /app/build # buildkit", {
        ...only("content", "/app/build"),
        why: "line 1 holds a date or a time",
      }),
      status: "fail",
    },
    {
      name: "a file that is there once",
      data: differs(SYNC, only("only-once", "/opt/venv/lib/x.so (pypi x)")),
      status: "fail",
    },
    { name: "another owner", data: differs("RUN chown", only("rights", "/app")), status: "fail" },
    {
      name: "another configuration",
      data: { ...exampleRecord, rebuilt: { ...equal, configuration: ["env"] } },
      status: "fail",
    },
    {
      name: "the distribution published a package meanwhile",
      data: {
        ...exampleRecord,
        rebuilt: { ...equal, moved: ["libssl3t64 3.5.1-1 → 3.5.1-2"], differing: [] },
      },
      status: "unproven",
    },
    {
      name: "the second build failed",
      data: { ...exampleRecord, rebuilt: { ...equal, problem: "The build failed at the step `RUN pip install x`" } },
      status: "unproven",
    },
  ],
  judge({ rebuilt }) {
    if (rebuilt === undefined)
      return notApplicable(
        "It was built once: `--reproducible`, or a requirement that names this check, has it built a second time.",
      );
    const { problem, measuredIn, layers, again, configuration, moved, differing } = rebuilt;
    if (problem !== undefined) return unproven(`Without anything cached it did not build a second time: ${problem}.`);
    if (layers !== again) return fail(`It has ${counted(layers, "layer")}, and ${again} the second time.`);
    if (configuration.length > 0)
      return fail(`The second time its configuration is another one: ${some(configuration)}.`);
    const broken = differing.flatMap((layer) => wordsFor(layer, (kind) => BROKEN.has(kind)));
    if (broken.length > 0) return fail(`Built twice from the same input, it differs: ${some(broken)}.`);
    if (moved.length > 0)
      return unproven(
        `Packages moved between the two builds (${some(moved)}): the next build tells whether the rest is the same.`,
      );
    const earlier = measuredIn === undefined ? "" : ` Both builds are of run ${measuredIn}, from the same input.`;
    return pass(`${sameWords(rebuilt)}${earlier}`);
  },
};

/** What makes another image; the rest is when and how it was built. */
const BROKEN: ReadonlySet<DifferenceKind> = new Set(["content", "rights", "only-once"]);

const WORDS: Readonly<Record<DifferenceKind, string>> = {
  times: "their times",
  "bytecode-times": "the times in the header of bytecode",
  records: "what the installer notes about itself",
  bytecode: "the order of constants in bytecode",
  logs: "logs and caches of the system",
  moved: "packages that moved",
  archive: "the form of the archive",
  content: "their content",
  rights: "their mode or owner",
  "only-once": "being there only once",
};

function sameWords({ layers, equal: same, differing }: Rebuilt): string {
  if (same === layers) return `All ${counted(layers, "layer")} have the same digest again.`;
  const kinds = [...new Set(differing.flatMap(({ differences }) => differences.map(({ kind }) => kind)))];
  const told = kinds.map((kind) => {
    const found = differing.flatMap((layer) =>
      layer.differences.filter((one) => one.kind === kind).map(({ files, examples }) => ({ layer, files, examples })),
    );
    const files = found.reduce((sum, one) => sum + one.files, 0);
    const first = found[0];
    const where = `layer ${first?.layer.layer}, \`${shortStep(first?.layer.step ?? "")}\``;
    const more = found.length > 1 ? ` and ${counted(found.length - 1, "other layer")}` : "";
    return `${WORDS[kind]} (${files === 0 ? "" : `${counted(files, "file")}, `}${where}${more})`;
  });
  const hint = kinds.includes("times") ? " SOURCE_DATE_EPOCH and `rewrite-timestamp=true` make times equal too." : "";
  return `${same} of ${counted(layers, "layer")} have the same digest again; the others hold the same files and differ only in ${told.join(" and in ")}.${hint}`;
}

/** `layer 7, \`RUN date > /app/build\`: 1 file differs in its content (/app/build: line 1 holds a date or a time)`. */
function wordsFor(
  { layer, step, differences }: LayerDifference,
  wanted: (kind: DifferenceKind) => boolean,
): readonly string[] {
  const told = differences
    .filter(({ kind }) => wanted(kind))
    .map(({ kind, files, examples, why }) => {
      const shown = BROKEN.has(kind) ? ` (${some(examples, 2)}${why === undefined ? "" : `: ${why}`})` : "";
      return files === 0 ? WORDS[kind] : `${counted(files, "file")} in ${WORDS[kind]}${shown}`;
    });
  return told.length === 0 ? [] : [`layer ${layer}, \`${shortStep(step)}\`, ${told.join(" and ")}`];
}

/** Without what the builder adds: the shell, the arguments of the build and its own name. */
function shortStep(step: string): string {
  return step
    .replace(/^(RUN )?(?:\|\d+ .*? )?\/bin\/(?:ba)?sh -[a-z]*c /, "RUN ")
    .replace(/ # buildkit$/, "")
    .replace(/\s+/g, " ")
    .slice(0, 80);
}
