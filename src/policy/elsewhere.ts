import type { BuildKitCheck } from "./rule-ids.ts";

/**
 * What seaworthy does about the checks of other tools that are no alias of one rule: somebody who comes from there asks
 * by these ids. Those with a rule of ours are found by its aliases.
 */
const BUILD_ITSELF = "the build shows it at once, and no image comes of it.";
const PINNED =
  "a version that is pinned by hand is gone from the archive after the next update. The digest of the base pins the distribution instead (`base-not-digest-pinned`), and the build is timed and proven.";
const LABELS = "which labels a team wants is its own requirement: `seaworthy.requirements.yaml` can demand it.";
const STYLE = "it is about style and changes nothing in the image.";
const APT = "apt works in a build; it only warns that its output may change.";
const BOTH_TOOLS = "each tool is judged by whether it is needed at all (`vcs-or-debug-tool-in-final`).";
const NO_ZYPPER = "no profile has zypper.";
const NOT_PYTHON = "it is about another language than Python.";

/** BuildKit's checks by name, with what we do about those that have no rule here. */
const BUILDKIT_RULES: Readonly<Record<BuildKitCheck, string>> = {
  StageNameCasing: "see `inconsistent-casing`.",
  FromAsCasing: "see `inconsistent-casing`.",
  NoEmptyContinuation: "see `empty-continuation`.",
  ConsistentInstructionCasing: "see `inconsistent-casing`.",
  DuplicateStageName: "see `duplicate-stage-name`.",
  ReservedStageName: "see `reserved-stage-name`.",
  JSONArgsRecommended: "see `shell-form-cmd`.",
  MaintainerDeprecated: "see `maintainer-deprecated`.",
  UndefinedArgInFrom: "see `undefined-argument-in-from`.",
  WorkdirRelativePath: "see `relative-workdir`.",
  UndefinedVar: "see `undefined-variable`.",
  MultipleInstructionsDisallowed: "see `overridden-command`.",
  LegacyKeyValueFormat: "see `legacy-key-value`.",
  RedundantTargetPlatform: STYLE,
  SecretsUsedInArgOrEnv: "see `secret-in-arg-or-env`.",
  InvalidDefaultArgInFrom: "see `undefined-argument-in-from`.",
  FromPlatformFlagConstDisallowed: "see `constant-platform`.",
  CopyIgnoredFile: "see `copy-of-ignored-or-missing-file` and `lock-not-in-context`.",
  InvalidDefinitionDescription: STYLE,
  ExposeProtoCasing: "see `inconsistent-casing`.",
  ExposeInvalidFormat: "see `expose-format`.",
  InvalidBaseImagePlatform: BUILD_ITSELF,
};

const HADOLINT_RULES: Readonly<Record<string, string>> = {
  DL1001:
    "an ignore needs a reason here, and one that ignores nothing is reported (`ignore-without-reason`, `ignore-unused`).",
  DL3008: PINNED,
  DL3010: "ADD unpacks and COPY does not: `add-instead-of-copy` asks for COPY only where nothing is unpacked.",
  DL3016: NOT_PYTHON,
  DL3018: PINNED,
  DL3026: "which registries are allowed is a team's own requirement: `seaworthy.requirements.yaml` can demand it.",
  DL3027: APT,
  DL3028: NOT_PYTHON,
  DL3033: PINNED,
  DL3034: NO_ZYPPER,
  DL3035: NO_ZYPPER,
  DL3037: PINNED,
  DL3041: PINNED,
  DL3046: "see `user-not-numeric`; the size of each layer is measured (`size`).",
  DL3047: "it is about the length of a build's log.",
  DL3049: LABELS,
  DL3050: LABELS,
  DL3054: LABELS,
  DL3056: LABELS,
  DL3058: LABELS,
  DL3059: "several RUN instructions in a builder cost nothing in the shipped image and cache better.",
  DL3060: NOT_PYTHON,
  DL3062: NOT_PYTHON,
  DL3065: STYLE,
  DL4001: BOTH_TOOLS,
};

const OTHERS: Readonly<Record<string, string>> = {
  CKV_DOCKER_9: APT,
  "DS-0014": BOTH_TOOLS,
  "DS-0020": NO_ZYPPER,
};

/** What is done about a check of another tool that no rule of ours stands for; undefined when the id is not known. */
export function elsewhere(id: string): string | undefined {
  const wanted = id.toLowerCase();
  const entry = Object.entries({ ...BUILDKIT_RULES, ...HADOLINT_RULES, ...OTHERS }).find(
    ([name]) => name.toLowerCase() === wanted,
  );
  if (entry !== undefined) return entry[1];
  if (/^sc\d{4}$/.test(wanted)) return "ShellCheck judges the shell itself; run it beside this.";
  return undefined;
}
