import type { LockedPackage, LockFile } from "../../model/types.ts";
import { lockSections, namesFiles, type Offered, offeredIn } from "../../project/locked-wheels.ts";
import type { RuleInput } from "../rule.ts";
import { onceFor } from "../../kit/once.ts";

/** Undefined where the lock names no files. */
export function offeredBy({ service: { lock }, read }: RuleInput, locked: LockedPackage): Offered | undefined {
  return lock === undefined || read === undefined || !namesFiles(lock)
    ? undefined
    : offeredIn(sectionsOf(lock, read), locked);
}

const sectionsOf = onceFor((lock: LockFile, read: NonNullable<RuleInput["read"]>) =>
  lockSections(lock.packages, read(lock.path) ?? ""),
);
