import { bashSyntaxInSh } from "../../src/rules/bash-syntax-in-sh.ts";
import { copyDestinationNotFolder } from "../../src/rules/copy-destination-not-folder.ts";
import { copyFromUnknownStage } from "../../src/rules/copy-from-unknown-stage.ts";
import { dockerSocketMounted } from "../../src/rules/docker-socket-mounted.ts";
import { emptyContinuation } from "../../src/rules/empty-continuation.ts";
import { exposeFormat } from "../../src/rules/expose-format.ts";
import { failureIgnored } from "../../src/rules/failure-ignored.ts";
import { inconsistentCasing } from "../../src/rules/inconsistent-casing.ts";
import { invalidJsonArray } from "../../src/rules/invalid-json-array.ts";
import { labelNotValid } from "../../src/rules/label-not-valid.ts";
import { onbuildTrigger } from "../../src/rules/onbuild-trigger.ts";
import { passwordSetInBuild } from "../../src/rules/password-set-in-build.ts";
import { reservedStageName } from "../../src/rules/reserved-stage-name.ts";
import { shellAbsent } from "../../src/rules/shell-absent.ts";
import { sshPortExposed } from "../../src/rules/ssh-port-exposed.ts";
import { syntaxTooOld } from "../../src/rules/syntax-too-old.ts";
import { undefinedArgumentInFrom } from "../../src/rules/undefined-argument-in-from.ts";
import { undefinedVariable } from "../../src/rules/undefined-variable.ts";
import { upgradeInBuild } from "../../src/rules/upgrade-in-build.ts";
import { wholeFilesystemCopied } from "../../src/rules/whole-filesystem-copied.ts";
import { bad, good, type OneDefect, row } from "./defect.ts";

/** What BuildKit or the shell reads differently than it looks, and what the image should not offer. */
export const syntaxDefects: readonly OneDefect[] = [
  row(
    "81",
    "an empty line in an instruction",
    ["empty-continuation"],
    bad(emptyContinuation, 0),
    good(emptyContinuation, 1),
  ),
  row("82", "casing is mixed", ["inconsistent-casing"], bad(inconsistentCasing, 0), good(inconsistentCasing, 1)),
  row(
    "83",
    "a variable that nothing sets",
    ["undefined-variable"],
    bad(undefinedVariable, 0),
    good(undefinedVariable, 2),
  ),
  row(
    "83b",
    "a global argument that the stage does not name",
    ["undefined-variable"],
    bad(undefinedVariable, 2),
    good(undefinedVariable, 3),
  ),
  row(
    "84",
    "the base depends on an argument without a value",
    ["undefined-argument-in-from"],
    bad(undefinedArgumentInFrom, 0),
    good(undefinedArgumentInFrom, 1),
  ),
  row("85", "EXPOSE of a port of the host", ["expose-format"], bad(exposeFormat, 0), good(exposeFormat, 1)),
  row("86", "an array in single quotes", ["invalid-json-array"], bad(invalidJsonArray, 0), good(invalidJsonArray, 1)),
  row("87", "ONBUILD in a service", ["onbuild-trigger"], bad(onbuildTrigger, 0)),
  row(
    "88",
    "several files to one name",
    ["copy-destination-not-folder"],
    bad(copyDestinationNotFolder, 0),
    good(copyDestinationNotFolder, 1),
  ),
  row(
    "89",
    "a stage that needs itself",
    ["copy-from-unknown-stage", "unreachable-stage"],
    bad(copyFromUnknownStage, 0),
  ),
  row("90", "a syntax that is too old", ["syntax-too-old"], bad(syntaxTooOld, 0), good(syntaxTooOld, 1)),
  row("91", "a failure that is passed over", ["failure-ignored"], bad(failureIgnored, 0), good(failureIgnored, 1)),
  row("92", "bash in sh", ["bash-syntax-in-sh"], bad(bashSyntaxInSh, 0), good(bashSyntaxInSh, 1)),
  row("93", "a shell form without a shell", ["shell-absent"], bad(shellAbsent, 2), good(shellAbsent, 1)),
  row("94", "a label that says nothing", ["label-not-valid"], bad(labelNotValid, 0)),
  row("95", "a stage with a reserved name", ["reserved-stage-name"], bad(reservedStageName, 0)),
  row("96", "SSH is offered", ["ssh-port-exposed"], bad(sshPortExposed, 0)),
  row("97", "a password for a user", ["password-set-in-build"], bad(passwordSetInBuild, 0)),
  row("98", "the whole builder is copied", ["whole-filesystem-copied"], bad(wholeFilesystemCopied, 0)),
  row(
    "99",
    "the engine's socket is mounted",
    ["docker-socket-mounted"],
    bad(dockerSocketMounted, 1),
    good(dockerSocketMounted, 1),
  ),
  row("99b", "everything is upgraded in the build", ["upgrade-in-build"], bad(upgradeInBuild, 0)),
];
