import { gracePeriodsMismatch } from "../../src/rules/grace-periods-mismatch.ts";
import { outsideProbeToolAbsent } from "../../src/rules/outside-probe-tool-absent.ts";
import { outsideStarterToolAbsent } from "../../src/rules/outside-starter-tool-absent.ts";
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
];
