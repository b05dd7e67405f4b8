import { run } from "../../../src/kit/exec.ts";
import type { CheckResult } from "../../../src/model/types.ts";
import type { Outcome } from "./cli.ts";

/** What `verify --json` says of each check, by its id. */
export const statusesIn = ({ stdout }: Outcome): ReadonlyMap<string, CheckResult["status"]> =>
  new Map((JSON.parse(stdout) as readonly CheckResult[]).map(({ id, status }) => [id, status]));

/** The checks with this status. */
export const withStatus = (outcome: Outcome, wanted: CheckResult["status"]): readonly string[] =>
  [...statusesIn(outcome)].filter(([, status]) => status === wanted).map(([id]) => id);

/** The codes of all errors that were told. */
export const codesIn = ({ stderr }: Outcome): readonly string[] => stderr.match(/\[[a-z]+\/[a-z-]+\]/g) ?? [];

/** What git sees changed in the folder. Our own folder ignores itself. */
export const changesIn = async ({ folder }: { readonly folder: string }): Promise<string> =>
  (await run("git", ["status", "--porcelain"], { cwd: folder })).stdout;
