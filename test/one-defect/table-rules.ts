import { addInsteadOfCopy } from "../../src/rules/add-instead-of-copy.ts";
import { appFilesWritableByRuntimeUser } from "../../src/rules/app-files-writable-by-runtime-user.ts";
import { baseEndOfLife } from "../../src/rules/base-end-of-life.ts";
import { bindsIpv6Only } from "../../src/rules/binds-ipv6-only.ts";
import { browserNotInImage } from "../../src/rules/browser-not-in-image.ts";
import { browserNotInstalled } from "../../src/rules/browser-not-installed.ts";
import { buildProgramAbsent } from "../../src/rules/build-program-absent.ts";
import { commandWithoutProgram } from "../../src/rules/command-without-program.ts";
import { conflictingPackage } from "../../src/rules/conflicting-package.ts";
import { constantPlatform } from "../../src/rules/constant-platform.ts";
import { conventionFileNotInImage } from "../../src/rules/convention-file-not-in-image.ts";
import { deletedInLaterLayer } from "../../src/rules/deleted-in-later-layer.ts";
import { dockerfileRefused } from "../../src/rules/dockerfile-refused.ts";
import { duplicateStageName } from "../../src/rules/duplicate-stage-name.ts";
import { entrypointNeedsRoot } from "../../src/rules/entrypoint-needs-root.ts";
import { gracePeriodsMismatch } from "../../src/rules/grace-periods-mismatch.ts";
import { healthcheckAcceptsErrorPage } from "../../src/rules/healthcheck-accepts-error-page.ts";
import { healthcheckPortOrPathUnknown } from "../../src/rules/healthcheck-port-or-path-unknown.ts";
import { healthcheckShellForm } from "../../src/rules/healthcheck-shell-form.ts";
import { healthcheckTiming } from "../../src/rules/healthcheck-timing.ts";
import { installAtStart } from "../../src/rules/install-at-start.ts";
import { legacyKeyValue } from "../../src/rules/legacy-key-value.ts";
import { libraryCacheUnwritable } from "../../src/rules/library-cache-unwritable.ts";
import { lockNotTracked } from "../../src/rules/lock-not-tracked.ts";
import { lockStale } from "../../src/rules/lock-stale.ts";
import { maintainerDeprecated } from "../../src/rules/maintainer-deprecated.ts";
import { noWheelForMusl } from "../../src/rules/no-wheel-for-musl.ts";
import { outsideProbeToolAbsent } from "../../src/rules/outside-probe-tool-absent.ts";
import { outsideStarterToolAbsent } from "../../src/rules/outside-starter-tool-absent.ts";
import { overriddenCommand } from "../../src/rules/overridden-command.ts";
import { packageConfirmationMissing } from "../../src/rules/package-confirmation-missing.ts";
import { pipCacheInImage } from "../../src/rules/pip-cache-in-image.ts";
import { pipefailMissing } from "../../src/rules/pipefail-missing.ts";
import { portHardCoded } from "../../src/rules/port-hard-coded.ts";
import { programNotInstalled } from "../../src/rules/program-not-installed.ts";
import { projectInstalledBeforeSource } from "../../src/rules/project-installed-before-source.ts";
import { projectNotInstalled } from "../../src/rules/project-not-installed.ts";
import { pythonNotMature } from "../../src/rules/python-not-mature.ts";
import { pythonOptimized } from "../../src/rules/python-optimized.ts";
import { pythonVariableUnknown } from "../../src/rules/python-variable-unknown.ts";
import { relativeMountTarget } from "../../src/rules/relative-mount-target.ts";
import { relativeWorkdir } from "../../src/rules/relative-workdir.ts";
import { remoteScriptPiped } from "../../src/rules/remote-script-piped.ts";
import { requiredEnvDefaulted } from "../../src/rules/required-env-defaulted.ts";
import { sdistNeedsCompiler } from "../../src/rules/sdist-needs-compiler.ts";
import { secretInArgOrEnv } from "../../src/rules/secret-in-arg-or-env.ts";
import { serverIgnoresSigterm } from "../../src/rules/server-ignores-sigterm.ts";
import { serverOnlyForDevelopment } from "../../src/rules/server-only-for-development.ts";
import { shellSyntaxError } from "../../src/rules/shell-syntax-error.ts";
import { starterInFront } from "../../src/rules/starter-in-front.ts";
import { sudoInImage } from "../../src/rules/sudo-in-image.ts";
import { taskDefinitionEnvMissing } from "../../src/rules/task-definition-env-missing.ts";
import { taskDefinitionNoTemporaryFolder } from "../../src/rules/task-definition-no-temporary-folder.ts";
import { unquotedFactoryCall } from "../../src/rules/unquoted-factory-call.ts";
import { unreachableStage } from "../../src/rules/unreachable-stage.ts";
import { upgradeOrUpdateAlone } from "../../src/rules/upgrade-or-update-alone.ts";
import { userNotNumeric } from "../../src/rules/user-not-numeric.ts";
import { uvInFinalStage } from "../../src/rules/uv-in-final-stage.ts";
import { verificationOff } from "../../src/rules/verification-off.ts";
import { workdirInSystemFolder } from "../../src/rules/workdir-in-system-folder.ts";
import { workersWithoutReaper } from "../../src/rules/workers-without-reaper.ts";
import { worldWritable } from "../../src/rules/world-writable.ts";
import { writesOutsideTmpOnReadOnly } from "../../src/rules/writes-outside-tmp-on-read-only.ts";
import { type OneDefect, planted } from "./defect.ts";

/** Rules that no other table plants: each with its own example, and beside it what else is then true of the service. */
export const ruleDefects: readonly OneDefect[] = [
  planted("100", addInsteadOfCopy, { good: 1 }),
  planted("101", appFilesWritableByRuntimeUser, { good: 1 }),
  planted("102", baseEndOfLife, {
    bad: 1,
    also: ["base-not-digest-pinned", "builder-runtime-libc-mismatch", "builder-runtime-python-mismatch"],
  }),
  planted("103", browserNotInImage, { good: 1 }),
  planted("browser-not-installed", browserNotInstalled, { good: 1 }),
  planted("104", buildProgramAbsent, {
    also: ["command-target-missing", "healthcheck-missing", "python-output-buffered"],
  }),
  planted("105", commandWithoutProgram, { good: 1 }),
  planted("106", conflictingPackage, {
    also: ["command-target-missing", "healthcheck-missing", "python-output-buffered"],
  }),
  planted("107", constantPlatform, { good: 1 }),
  planted("108", conventionFileNotInImage, { good: 1 }),
  planted("109", deletedInLaterLayer, { bad: 1 }),
  planted("110", dockerfileRefused),
  planted("111", duplicateStageName, { also: ["inconsistent-casing", "unreachable-stage"] }),
  planted("112", entrypointNeedsRoot, { good: 1 }),
  planted("113", gracePeriodsMismatch, { good: 1 }),
  planted("114", healthcheckPortOrPathUnknown),
  planted("115", healthcheckShellForm),
  planted("116", healthcheckTiming),
  planted("117", installAtStart, { bad: 1 }),
  planted("118", legacyKeyValue),
  planted("119", lockNotTracked, { bad: 1 }),
  planted("120", lockStale),
  planted("121", maintainerDeprecated),
  planted("122", outsideProbeToolAbsent, { good: 1 }),
  planted("123", outsideStarterToolAbsent, { good: 1 }),
  planted("124", overriddenCommand),
  planted("125", packageConfirmationMissing, { good: 1 }),
  planted("126", pipCacheInImage, { also: ["install-beside-lock"] }),
  planted("127", pipefailMissing, { good: 2 }),
  planted("128", portHardCoded, { good: 1 }),
  planted("129", programNotInstalled, { good: 1 }),
  planted("130", projectInstalledBeforeSource, { good: 1, also: ["empty-project-installed"] }),
  planted("131", projectNotInstalled, { good: 1 }),
  planted("132", pythonNotMature, { good: 3, also: ["lock-stale"] }),
  planted("133", pythonOptimized, { good: 1 }),
  planted("134", relativeMountTarget),
  planted("135", relativeWorkdir, { good: 1 }),
  planted("136", remoteScriptPiped, { also: ["pipefail-missing"] }),
  planted("137", requiredEnvDefaulted, { good: 1 }),
  planted("138", sdistNeedsCompiler, { good: 1 }),
  planted("139", serverIgnoresSigterm, { good: 1, also: ["server-interface-mismatch"] }),
  planted("140", serverOnlyForDevelopment),
  planted("141", sudoInImage),
  planted("142", taskDefinitionEnvMissing, { good: 1 }),
  planted("143", taskDefinitionNoTemporaryFolder, { good: 1 }),
  planted("144", unquotedFactoryCall, { bad: 1, good: 1 }),
  planted("145", unreachableStage, { good: 1 }),
  planted("146", upgradeOrUpdateAlone, { good: 1 }),
  planted("147", userNotNumeric, { good: 1 }),
  planted("148", uvInFinalStage),
  planted("149", verificationOff, { good: 1 }),
  planted("150", workersWithoutReaper, { good: 1, also: ["program-not-installed"] }),
  planted("151", worldWritable, { good: 1 }),
  planted("152", writesOutsideTmpOnReadOnly, { good: 1, also: ["written-folder-not-users"] }),
  planted("201", noWheelForMusl, { good: 1 }),
  planted("202", healthcheckAcceptsErrorPage, { good: 1 }),
  planted("153", secretInArgOrEnv, { bad: 3, good: 3 }),
  planted("154", secretInArgOrEnv, { bad: 4, good: 5 }),
  planted("155", secretInArgOrEnv, { bad: 5, good: 4 }),
  planted("156", secretInArgOrEnv, { bad: 6, good: 4 }),
  planted("157", secretInArgOrEnv, { bad: 8, good: 4 }),
  planted("203", libraryCacheUnwritable, { good: 3 }),
  planted("204", shellSyntaxError, { good: 1 }),
  planted("205", workdirInSystemFolder),
  planted("261", bindsIpv6Only, { also: ["no-graceful-shutdown-timeout"] }),
  planted("262", starterInFront, { also: ["no-graceful-shutdown-timeout"] }),
  planted("263", pythonVariableUnknown, { also: ["python-output-buffered"] }),
];
