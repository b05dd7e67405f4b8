import { browserVersionMismatch } from "../../src/rules/browser-version-mismatch.ts";
import { bytecodeRemoved } from "../../src/rules/bytecode-removed.ts";
import { copyChangesFolderRights } from "../../src/rules/copy-changes-folder-rights.ts";
import { emptyProjectInstalled } from "../../src/rules/empty-project-installed.ts";
import { fileLookupLeavesPackage } from "../../src/rules/file-lookup-leaves-package.ts";
import { filesInRootHome } from "../../src/rules/files-in-root-home.ts";
import { installBehindMake } from "../../src/rules/install-behind-make.ts";
import { installBesideLock } from "../../src/rules/install-beside-lock.ts";
import { lastStageNotProduction } from "../../src/rules/last-stage-not-production.ts";
import { localPackageMissing } from "../../src/rules/local-package-missing.ts";
import { lockPinnedToMirror } from "../../src/rules/lock-pinned-to-mirror.ts";
import { mountHidesEnvironment } from "../../src/rules/mount-hides-environment.ts";
import { privateIndexWithoutSecret } from "../../src/rules/private-index-without-secret.ts";
import { pythonPinDiffers } from "../../src/rules/python-pin-differs.ts";
import { sitePackagesHalfCopied } from "../../src/rules/site-packages-half-copied.ts";
import { venvInterpreterAbsent } from "../../src/rules/venv-interpreter-absent.ts";
import { versionFromGitUnavailable } from "../../src/rules/version-from-git-unavailable.ts";
import { writtenFolderNotUsers } from "../../src/rules/written-folder-not-users.ts";
import { bad, good, type OneDefect, row } from "./defect.ts";

/** What breaks when a service is rewritten or moved, as far as the files show it. The services are those of the rules' own examples. */
export const trapDefects: readonly OneDefect[] = [
  row(
    "63",
    "root files are looked up from an installed package",
    ["file-lookup-leaves-package"],
    bad(fileLookupLeavesPackage, 0),
  ),
  row(
    "64",
    "a member of the workspace is not copied",
    ["local-package-missing"],
    bad(localPackageMissing, 0),
    good(localPackageMissing, 1),
  ),
  row(
    "64b",
    "a member of the workspace is installed as editable and left behind",
    ["local-package-missing"],
    bad(localPackageMissing, 2),
    good(localPackageMissing, 1),
  ),
  row(
    "64c",
    "a path dependency lies outside the context",
    ["local-package-missing"],
    bad(localPackageMissing, 3),
    good(localPackageMissing, 1),
  ),
  row("65", "the project is installed without its code", ["empty-project-installed"], bad(emptyProjectInstalled, 1)),
  row(
    "66",
    "a mount of Compose hides the environment",
    ["mount-hides-environment"],
    bad(mountHidesEnvironment, 0),
    good(mountHidesEnvironment, 1),
  ),
  row(
    "66b",
    "an override of Compose hides the environment",
    ["mount-hides-environment"],
    bad(mountHidesEnvironment, 1),
  ),
  row(
    "67",
    "a linked copy closes /tmp",
    ["copy-changes-folder-rights"],
    bad(copyChangesFolderRights, 0),
    good(copyChangesFolderRights, 1),
  ),
  row(
    "67b",
    "a folder is copied to /tmp",
    ["copy-changes-folder-rights"],
    bad(copyChangesFolderRights, 1),
    good(copyChangesFolderRights, 2),
  ),
  row(
    "68",
    "the server is installed beside the lock",
    ["install-beside-lock"],
    bad(installBesideLock, 0),
    good(installBesideLock, 3),
  ),
  row(
    "69",
    "a private index without credentials",
    ["private-index-without-secret"],
    bad(privateIndexWithoutSecret, 0),
    good(privateIndexWithoutSecret, 1),
  ),
  row(
    "70",
    "the lock takes its packages from a mirror",
    ["lock-pinned-to-mirror"],
    bad(lockPinnedToMirror, 0),
    good(lockPinnedToMirror, 1),
  ),
  row(
    "71",
    "the default stage is for development",
    ["last-stage-not-production"],
    bad(lastStageNotProduction, 0),
    good(lastStageNotProduction, 2),
  ),
  row(
    "72",
    "site-packages without the commands",
    ["site-packages-half-copied"],
    bad(sitePackagesHalfCopied, 0),
    good(sitePackagesHalfCopied, 3),
  ),
  row("73", "packages in the home of root", ["files-in-root-home"], bad(filesInRootHome, 0), good(filesInRootHome, 1)),
  row(
    "74",
    "the interpreter has another path",
    ["venv-interpreter-absent", "base-not-digest-pinned"],
    bad(venvInterpreterAbsent, 0),
  ),
  row(
    "75",
    "the version comes from a git that is not there",
    ["version-from-git-unavailable"],
    bad(versionFromGitUnavailable, 0),
    good(versionFromGitUnavailable, 2),
  ),
  row("76", "another Python is pinned", ["python-pin-differs"], bad(pythonPinDiffers, 1), good(pythonPinDiffers, 3)),
  row(
    "77",
    "browsers of another release",
    ["browser-version-mismatch", "base-not-digest-pinned"],
    bad(browserVersionMismatch, 0),
  ),
  row("78", "bytecode is deleted again", ["bytecode-removed"], bad(bytecodeRemoved, 0), good(bytecodeRemoved, 1)),
  row("79", "a Makefile installs without the lock", ["install-behind-make"], bad(installBehindMake, 0)),
  row(
    "80",
    "the folder that is written to is root's",
    ["written-folder-not-users", "writes-outside-tmp-on-read-only"],
    bad(writtenFolderNotUsers, 0),
  ),
];
