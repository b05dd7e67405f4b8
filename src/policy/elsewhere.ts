import type { BuildKitCheck } from "./rule-ids.ts";

/**
 * What seaworthy does about the checks of BuildKit and hadolint that are no alias of one rule: somebody who comes from
 * there asks by these ids. Those with a rule of ours are found by its aliases.
 */
const BUILD_ITSELF = "the build shows it at once, and no image comes of it.";
const PINNED =
  "a version that is pinned by hand is gone from the archive after the next update. The digest of the base pins the distribution instead (`base-not-digest-pinned`), and the build is timed and proven.";
const LABELS = "which labels a team wants is its own requirement: `seaworthy.requirements.yaml` can demand it.";
const STYLE = "it is about style and changes nothing in the image.";
const NOT_PYTHON = "it is about another language than Python.";

/** BuildKit's checks by name, with what we do about those that have no rule here. */
const BUILDKIT_RULES: Readonly<Record<BuildKitCheck, string>> = {
  StageNameCasing: STYLE,
  FromAsCasing: STYLE,
  NoEmptyContinuation: "BuildKit warns in every build; the parser reads it as BuildKit does.",
  ConsistentInstructionCasing: STYLE,
  DuplicateStageName: "see `duplicate-stage-name`.",
  ReservedStageName: "`dockerfile-refused` reports what BuildKit refuses.",
  JSONArgsRecommended: "see `shell-form-cmd`.",
  MaintainerDeprecated: "see `maintainer-deprecated`.",
  UndefinedArgInFrom: "a base that no ARG fills in cannot be judged, and the build stops.",
  WorkdirRelativePath: "see `relative-workdir`.",
  UndefinedVar: "BuildKit's own check sees the same; a start command with a missing variable is proven by running it.",
  MultipleInstructionsDisallowed: "see `overridden-command`.",
  LegacyKeyValueFormat: "see `legacy-key-value`.",
  RedundantTargetPlatform: STYLE,
  SecretsUsedInArgOrEnv: "see `secret-in-arg-or-env`.",
  InvalidDefaultArgInFrom: BUILD_ITSELF,
  FromPlatformFlagConstDisallowed: "see `constant-platform`.",
  CopyIgnoredFile: "see `copy-of-ignored-or-missing-file` and `lock-not-in-context`.",
  InvalidDefinitionDescription: STYLE,
  ExposeProtoCasing: STYLE,
  ExposeInvalidFormat: "see `port-mismatch` for a port that is not the service's.",
  InvalidBaseImagePlatform: BUILD_ITSELF,
};

const HADOLINT_RULES: Readonly<Record<string, string>> = {
  DL1001:
    "an ignore needs a reason here, and one that ignores nothing is reported (`ignore-without-reason`, `ignore-unused`).",
  DL3008: PINNED,
  DL3010: "ADD unpacks and COPY does not: `add-instead-of-copy` asks for COPY only where nothing is unpacked.",
  DL3011: "a port outside 0 to 65535 is refused by the build.",
  DL3016: NOT_PYTHON,
  DL3018: PINNED,
  DL3021: "BuildKit refuses it, and `dockerfile-refused` says so.",
  DL3022: "a name that is no stage is an image, and is judged as one (`helper-image-floating`).",
  DL3023: "BuildKit refuses it, and `dockerfile-refused` says so.",
  DL3026: "which registries are allowed is a team's own requirement: `seaworthy.requirements.yaml` can demand it.",
  DL3027: "apt works in a build; it only warns that its output may change.",
  DL3028: NOT_PYTHON,
  DL3030: "see `package-confirmation-missing`.",
  DL3033: PINNED,
  DL3034: "no profile has zypper.",
  DL3035: "no profile has zypper.",
  DL3036: "see `package-lists-left`.",
  DL3037: PINNED,
  DL3038: "see `package-confirmation-missing`.",
  DL3041: PINNED,
  DL3043: "BuildKit refuses it, and `dockerfile-refused` says so.",
  DL3044: "a variable means its value before the instruction; BuildKit's UndefinedVar sees the case that matters.",
  DL3045: "see `relative-workdir`.",
  DL3046: "see `user-not-numeric`; the size of each layer is measured (`size`).",
  DL3047: "it is about the length of a build's log.",
  DL3048: LABELS,
  DL3049: LABELS,
  DL3050: LABELS,
  DL3051: LABELS,
  DL3052: LABELS,
  DL3053: LABELS,
  DL3054: LABELS,
  DL3055: LABELS,
  DL3056: LABELS,
  DL3058: LABELS,
  DL3059: "several RUN instructions in a builder cost nothing in the shipped image and cache better.",
  DL3060: NOT_PYTHON,
  DL3062: NOT_PYTHON,
  DL3063: "`dockerfile-refused` reports what BuildKit refuses.",
  DL3065: STYLE,
  DL3067: "`copy-of-ignored-or-missing-file` and the check `build-tools-absent` see what such a copy brings.",
  DL4001: "each tool is judged by whether it is needed at all (`vcs-or-debug-tool-in-final`).",
  DL4005: STYLE,
};

/** What is done about a check of another tool that no rule of ours stands for; undefined when the id is not known. */
export function elsewhere(id: string): string | undefined {
  const wanted = id.toLowerCase();
  const entry = Object.entries({ ...BUILDKIT_RULES, ...HADOLINT_RULES }).find(
    ([name]) => name.toLowerCase() === wanted,
  );
  if (entry !== undefined) return entry[1];
  if (/^sc\d{4}$/.test(wanted)) return "ShellCheck judges the shell itself; run it beside this.";
  return undefined;
}
