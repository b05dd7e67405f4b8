import {
  APT,
  BOTH_TOOLS,
  BUILD_ITSELF,
  LABELS,
  NO_ZYPPER,
  NOT_PYTHON,
  otherTools,
  PINNED,
  STYLE,
} from "./elsewhere-others.ts";
import { type BuildKitCheck, plainId } from "./rule-ids.ts";

/**
 * What seaworthy does about the checks of other tools that are no alias of one rule: somebody who comes from there asks
 * by these ids. Those with a rule of ours are found by its aliases.
 */

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

/** What is done about a check of another tool that no rule of ours stands for; undefined when the id is not known. */
export function elsewhere(id: string): string | undefined {
  const wanted = plainId(id);
  const entry = [...Object.entries({ ...BUILDKIT_RULES, ...HADOLINT_RULES }), ...otherTools()].find(
    ([name]) => name.toLowerCase() === wanted,
  );
  if (entry !== undefined) return entry[1];
  if (/^sc\d{4}$/.test(wanted)) return "ShellCheck judges the shell itself; run it beside this.";
  return undefined;
}
