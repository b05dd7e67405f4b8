import { gracePeriodsMismatch } from "../../src/rules/grace-periods-mismatch.ts";
import { outsideAsksForRoot } from "../../src/rules/outside-asks-for-root.ts";
import { outsideNoTemporaryFolder } from "../../src/rules/outside-no-temporary-folder.ts";
import { outsidePortMismatch } from "../../src/rules/outside-port-mismatch.ts";
import { outsideProbePathUnknown } from "../../src/rules/outside-probe-path-unknown.ts";
import { outsideProbeToolAbsent } from "../../src/rules/outside-probe-tool-absent.ts";
import { outsideStarterToolAbsent } from "../../src/rules/outside-starter-tool-absent.ts";
import { pidsLimitTooSmall } from "../../src/rules/pids-limit-too-small.ts";
import { bad, good, type OneDefect, row } from "./defect.ts";

/** What files beside the Dockerfile ask of the image. */
export const deploymentDefects: readonly OneDefect[] = [
  row(
    "180",
    "a pod starts a worker with poetry",
    ["outside-starter-tool-absent"],
    bad(outsideStarterToolAbsent, 1),
    good(outsideStarterToolAbsent, 5),
  ),
  row(
    "181",
    "Compose builds the stage that ships and starts it with uv",
    ["outside-starter-tool-absent"],
    bad(outsideStarterToolAbsent, 2),
    good(outsideStarterToolAbsent, 6),
  ),
  row(
    "182",
    "Compose probes with curl, which only another stage has",
    ["outside-probe-tool-absent"],
    bad(outsideProbeToolAbsent, 0),
    good(outsideProbeToolAbsent, 5),
  ),
  row(
    "183",
    "gunicorn's file gives requests more time than Compose gives the container",
    ["grace-periods-mismatch"],
    bad(gracePeriodsMismatch, 2),
    good(gracePeriodsMismatch, 2),
  ),
  row(
    "184",
    "gunicorn's own time is longer than Compose's",
    ["grace-periods-mismatch"],
    bad(gracePeriodsMismatch, 4),
    good(gracePeriodsMismatch, 5),
  ),
  row(
    "185",
    "Compose publishes a port on which nobody listens",
    ["outside-port-mismatch"],
    bad(outsidePortMismatch, 0),
    good(outsidePortMismatch, 1),
  ),
  row(
    "186",
    "a readiness probe asks another port",
    ["outside-port-mismatch"],
    bad(outsidePortMismatch, 2),
    good(outsidePortMismatch, 2),
  ),
  row(
    "187",
    "a liveness probe asks a route that there is not",
    ["outside-probe-path-unknown"],
    bad(outsideProbePathUnknown, 0),
    good(outsideProbePathUnknown, 1),
  ),
  row(
    "188",
    "Compose runs it as root",
    ["outside-asks-for-root"],
    bad(outsideAsksForRoot, 0),
    good(outsideAsksForRoot, 1),
  ),
  row(
    "188b",
    "Kubernetes runs it as root",
    ["outside-asks-for-root"],
    bad(outsideAsksForRoot, 2),
    good(outsideAsksForRoot, 2),
  ),
  row("188c", "Compose gives it every right", ["outside-asks-for-root"], bad(outsideAsksForRoot, 1)),
  row(
    "189",
    "a read-only root in Kubernetes without an emptyDir",
    ["outside-no-temporary-folder"],
    bad(outsideNoTemporaryFolder, 1),
    good(outsideNoTemporaryFolder, 3),
  ),
  row(
    "189b",
    "fewer processes than workers",
    ["pids-limit-too-small"],
    bad(pidsLimitTooSmall, 0),
    good(pidsLimitTooSmall, 1),
  ),
];
