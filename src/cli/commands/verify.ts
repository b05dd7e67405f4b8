import type { CommandContext } from "@stricli/core";
import type { CheckResult, Report } from "../../model/types.ts";
import { judgeAgain } from "../../pipeline/judge-again.ts";
import { stayedUnproven } from "../../pipeline/report-step.ts";
import { openSession, type Session, type World } from "../../pipeline/session.ts";
import { verifyImage } from "../../pipeline/verify-image.ts";
import type { Verified } from "../../pipeline/verified-files.ts";
import { failsRun, gravityOf } from "../../reporters/view/severity.ts";
import {
  type FailOnFlag,
  optionsOf,
  type PushFlag,
  type ReproducibleFlag,
  type SessionFlags,
  type StructureTestFlag,
} from "../flags.ts";
import { tellOthers } from "../others.ts";
import { failed, print, printJson } from "../output.ts";
import { paragraph } from "../paragraph.ts";
import { inWorld } from "../world.ts";

interface Flags extends SessionFlags, PushFlag, FailOnFlag, ReproducibleFlag, StructureTestFlag {
  readonly json: boolean;
  readonly run?: string;
  readonly image?: string;
  readonly quick: boolean;
  readonly fresh: boolean;
  readonly before: boolean;
}

const MARKS: Readonly<Record<CheckResult["status"], string>> = {
  pass: "pass    ",
  fail: "FAIL    ",
  unproven: "unproven",
  accepted: "accepted",
  "not-applicable": "n/a     ",
};

const verifiedOf = ({ after, requirements }: Report): Verified => ({ checks: after.checks, requirements });

const INDENT = " ".repeat(12);

async function sessionOf(context: CommandContext, folder: string, flags: Flags, world: World): Promise<Session> {
  const session = await openSession(folder, optionsOf(flags), world);
  // An image that was named has its Dockerfile already.
  if (flags.image === undefined)
    await tellOthers(
      context,
      `verify${flags.quick ? " --quick" : ""}${flags.before ? " --before" : ""}`,
      folder,
      session,
    );
  return session;
}

export default async function verify(this: CommandContext, flags: Flags, folder: string): Promise<void> {
  await inWorld(async (world) => {
    const { checks, requirements = [] } =
      flags.run === undefined
        ? await verifyImage(await sessionOf(this, folder, flags, world), flags)
        : verifiedOf(await judgeAgain(folder, flags.run, { checkFailOn: flags.failOn }));
    if ([...checks, ...requirements].some(failsRun)) failed();
    // Requirements are in report.json; this list is of checks only, for scripts that read it.
    if (flags.json) return printJson(this, checks);
    for (const check of checks) {
      const gravity = gravityOf(check);
      const title = gravity === "" ? check.title : `${check.title} (${gravity})`;
      print(
        this,
        `${paragraph(`${title} [${check.id}]`, `${MARKS[check.status]}  `)}\n${paragraph(check.message, INDENT)}`,
      );
    }
    const stayed = stayedUnproven(checks);
    if (stayed !== "") print(this, `\n${paragraph(stayed)}`);
    if (requirements.length === 0) return;
    print(this, "\nRequirements");
    for (const { id, text, status, message, evidence } of requirements) {
      const looked = evidence.length === 0 ? "nothing" : evidence.map(({ proof }) => proof).join(", ");
      print(
        this,
        `${paragraph(`${id}: ${text}`, `${MARKS[status]}  `)}\n${paragraph(`by ${looked}: ${message}`, INDENT)}`,
      );
    }
  });
}
