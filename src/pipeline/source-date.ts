import { allInstructions } from "../dockerfile/parse.ts";
import type { Dockerfile } from "../model/types.ts";
import { git } from "../project/git.ts";

const ARGUMENT = "SOURCE_DATE_EPOCH";

/** What the environment says, as for every tool that builds reproducibly. */
export const givenSourceDate = ({
  [ARGUMENT]: seconds,
}: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> =>
  seconds !== undefined && /^\d+$/.test(seconds) ? { [ARGUMENT]: seconds } : {};

/**
 * The date of the source, for a Dockerfile that asks for it: that of the last commit, so that each build of a commit gets
 * the same. Empty where it is given already, and where there is no commit.
 */
export async function sourceDate(
  dockerfile: Dockerfile,
  root: string,
  given: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const asks = allInstructions(dockerfile).some(
    ({ keyword, words }) => keyword === "ARG" && words.some((word) => word.split("=")[0] === ARGUMENT),
  );
  if (!asks || given[ARGUMENT] !== undefined) return {};
  const seconds = (await git(root, ["log", "-1", "--format=%ct"]))?.stdout.trim() ?? "";
  return /^\d+$/.test(seconds) ? { [ARGUMENT]: seconds } : {};
}
