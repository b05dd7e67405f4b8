import { didYouMean } from "../kit/nearest.ts";
import { ownFindings } from "./own-findings.ts";

/** What must be known of a rule to find it by any of its names. */
export interface NamedRule {
  readonly id: string;
  readonly aliases: readonly string[];
  /** Understood as aliases are, and never proposed. */
  readonly numbers?: readonly string[];
  readonly since: string;
}

/** BuildKit's checks, by the names its `check` directive takes. */
const BUILDKIT_CHECKS = [
  "StageNameCasing",
  "FromAsCasing",
  "NoEmptyContinuation",
  "ConsistentInstructionCasing",
  "DuplicateStageName",
  "ReservedStageName",
  "JSONArgsRecommended",
  "MaintainerDeprecated",
  "UndefinedArgInFrom",
  "WorkdirRelativePath",
  "UndefinedVar",
  "MultipleInstructionsDisallowed",
  "LegacyKeyValueFormat",
  "RedundantTargetPlatform",
  "SecretsUsedInArgOrEnv",
  "InvalidDefaultArgInFrom",
  "FromPlatformFlagConstDisallowed",
  "CopyIgnoredFile",
  "InvalidDefinitionDescription",
  "ExposeProtoCasing",
  "ExposeInvalidFormat",
  "InvalidBaseImagePlatform",
] as const;
export type BuildKitCheck = (typeof BUILDKIT_CHECKS)[number];
const BUILDKIT_NAMES: ReadonlySet<string> = new Set(BUILDKIT_CHECKS);

const OWN: readonly string[] = Object.values(ownFindings).map(({ id }) => id);

/** The rules that an id stands for: ours by its id, several by an alias, all that BuildKit also has by `all`. */
export function rulesNamed(id: string, rules: readonly NamedRule[], tool = "seaworthy"): readonly string[] {
  const wanted = plainId(id);
  if (tool === "buildkit" && wanted === "all") return rules.filter(isBuildKits).map((rule) => rule.id);
  const same = (name: string): boolean => name.toLowerCase() === wanted;
  return [
    ...rules
      .filter(({ id: own, aliases, numbers = [] }) => [own, ...aliases, ...numbers].some(same))
      .map((rule) => rule.id),
    ...OWN.filter(same),
  ];
}

/** An id without its tool's name and in the form that is used here: `tally/eol-last`, `DS002` and `AVD-DS-0002` of trivy. */
export function plainId(id: string): string {
  const bare = id
    .toLowerCase()
    .replace(/^(?:tally|hadolint|buildkit|shellcheck|droast|trivy|checkov|dockle|dockerfilelint)[/:]/, "");
  return bare.replace(/^(?:avd-)?ds-?0*(\d{1,3})$/, (_, number: string) => `ds-${number.padStart(4, "0")}`);
}

/** Whether BuildKit checks the same. */
export const isBuildKits = ({ aliases }: NamedRule): boolean => aliases.some((alias) => BUILDKIT_NAMES.has(alias));

/** Why an id stands for no rule, in a sentence. */
export function whyUnknown(id: string, rules: readonly NamedRule[]): string {
  const names = [...rules.flatMap((rule) => [rule.id, ...rule.aliases]), ...OWN];
  return `There is no rule \`${id}\`${didYouMean(id, names)}`;
}
