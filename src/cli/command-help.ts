/** What `--help` adds to a command's flags: calls that can be copied, and what its exit code means. */
export interface CommandHelp {
  /** What is written behind the command's name, and what it does. */
  readonly examples: readonly (readonly [call: string, does: string])[];
  /** What 0 and 1 mean; 2 is the same for all. */
  readonly exit: { readonly 0: string; readonly 1?: string };
}

export const VERDICT = {
  0: "all promises kept",
  1: "something fails or is unproven: a requirement, or a check from the severity on that --fail-on names",
} as const;

export const commandHelp = {
  run: {
    examples: [
      ["services/api", "everything, and a report; nothing of the folder is changed"],
      ["services/api --profile amazonlinux2023", "the rework on another base image family"],
      ["services/api --json --fresh", "for a script, from the beginning"],
      ["services/api --fail-on error", "warnings are shown, and fail no run"],
    ],
    exit: VERDICT,
  },
  analyze: {
    examples: [
      ["", "the service in this folder"],
      ["'services/*'", "several at once"],
      ["- < Dockerfile", "a Dockerfile alone"],
      ["--changed=origin/main", "only what a pull request changed"],
      ["--format github --format sarif=seaworthy.sarif", "annotations on stdout, SARIF into a file"],
      ["--fix --dry-run", "the difference that the safe fixes make"],
    ],
    exit: { 0: "no errors", 1: "a finding of severity error, or as --fail-on says" },
  },
  plan: { examples: [["services/api", "the decisions, their reasons, and what was rejected"]], exit: { 0: "planned" } },
  pin: {
    examples: [["services/api", "each base image with its digest"]],
    exit: { 0: "each image has a digest", 1: "one has none" },
  },
  rework: {
    examples: [
      ["services/api", "the difference, to read or to pipe into a pager"],
      ["services/api --offline", "with the digests of seaworthy.lock alone"],
    ],
    exit: { 0: "reworked", 1: "refused: something is to be settled first" },
  },
  build: {
    examples: [["services/api --repetitions 1", "both images, warm builds timed once"]],
    exit: { 0: "both images build", 1: "one does not" },
  },
  verify: {
    examples: [
      ["services/api", "the image that the rework of this folder gives"],
      ["services/api --before", "the image that today's Dockerfile gives"],
      ["--image api:candidate", "any image, also without a service in this folder"],
      ["services/api --image api:candidate --quick", "what a team asks at every change"],
      ["services/api --run latest", "the last run, judged again without an engine"],
    ],
    exit: VERDICT,
  },
  report: { examples: [["services/api", "the reports of the last run, written again"]], exit: VERDICT },
  manifests: {
    examples: [
      ["services/api --format kubernetes", "a Deployment and a Service, from the last run"],
      ["services/api --out deploy", "one file for each platform"],
    ],
    exit: { 0: "made", 1: "made, and a promise that one rests on is not proven" },
  },
  apply: {
    examples: [
      ["services/api --dry-run", "what would be written"],
      ["services/api", "writes it; `seaworthy rollback services/api` takes it back"],
    ],
    exit: { 0: "written" },
  },
  rollback: { examples: [["services/api", "the files as they were before"]], exit: { 0: "taken back" } },
  explain: {
    examples: [
      ["runs-as-root", "a rule"],
      ["read-only-root", "a check"],
      ["DL3025", "what another linter calls it"],
    ],
    exit: { 0: "explained" },
  },
  doctor: {
    examples: [["", "git, the engine, its builder, the CA file"]],
    exit: { 0: "all works", 1: "something is to be mended" },
  },
  init: {
    examples: [
      ["services/api", "a seaworthy.yaml, and the schemas that editors check it by"],
      ["--print", "the same on stdout"],
    ],
    exit: { 0: "written" },
  },
} as const satisfies Readonly<Record<string, CommandHelp>>;
