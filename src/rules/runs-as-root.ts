import { baseOf, leavesRoot } from "./queries/base.ts";
import { changed, healthy, lambdaAdapter, project, slim } from "./queries/example.ts";
import { entrypointScripts } from "./queries/entrypoint.ts";
import { runsOnLambda } from "./queries/lambda.ts";
import { isRoot, rootImage, situationAt } from "./queries/settings.ts";
import { at, shippedStage, shippedSteps } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const runsAsRoot: Rule = {
  id: "runs-as-root",
  title: "The service runs as root",
  why: "A fault in the service or one of its libraries then gives root in the container: every file of the image can be changed, and a kernel or runtime flaw leads to the host. Kubernetes with runAsNonRoot refuses to start it.",
  source: "CIS Docker benchmark 4.1; hadolint DL3002",
  demand: "without-root",
  severity: "error",
  confidence: "certain",
  advice:
    "Create a user with a fixed number and end the stage with `USER 1001:1001`. First look at volumes: their files belong to the old user.",
  aliases: [
    "DL3002",
    "CKV_DOCKER_3",
    "CKV_DOCKER_8",
    "DS-0002",
    "DF002",
    "DF020",
    "S6471",
    "CIS-DI-0001",
    "missing-user",
    "last-user-is-root",
    "missing-user-entrypoint",
    "user-created-but-never-used",
    "stateful-root-runtime",
  ],
  numbers: ["SEC004"],
  since: "0.1.0",
  provenBy: ["non-root"],
  examples: {
    bad: [
      changed(["USER 1001:1001\n", ""]),
      changed(["USER 1001:1001\n", "USER 1001:1001\nUSER root\n"]),
      changed(["USER 1001:1001\n", "USER 0:0\n"]),
      changed(["USER 1001:1001\n", ""], [`FROM ${slim}\nRUN`, "FROM nvidia/cuda:12.6.3-base-ubuntu22.04\nRUN"]),
      project({ Dockerfile: 'FROM gcr.io/distroless/python3-debian12\nCMD ["/srv/main.py"]\n' }),
    ],
    good: [
      healthy,
      changed(["USER 1001:1001\n", "USER app\n"]),
      project({ Dockerfile: 'FROM gcr.io/distroless/python3-debian12:nonroot\nCMD ["/srv/main.py"]\n' }),
      changed(["USER 1001:1001\n", lambdaAdapter]),
    ],
  },
  *check(input) {
    const { dockerfile } = input;
    const stage = shippedStage(dockerfile);
    if (!stage) return;
    const { user } = situationAt(dockerfile, stage);
    if (user === undefined) {
      const base = baseOf(rootImage(dockerfile, stage));
      if (!leavesRoot(base) || base.unresolved || /nonroot|rootless|ubi/.test(base.reference)) return;
      if (runsOnLambda(dockerfile) || dropsRoot(input)) return;
      yield { message: `No USER is set, and ${base.reference} leaves root.`, where: at(dockerfile, stage.from) };
    } else if (isRoot(user) && !dropsRoot(input)) {
      const last = shippedSteps(dockerfile).findLast(({ instruction }) => instruction.keyword === "USER");
      yield { message: `The last USER is ${user}.`, where: at(dockerfile, last?.instruction ?? stage.from) };
    }
  },
};

/** An entrypoint that starts as root and hands over to another user is a pattern of its own. */
const dropsRoot = (input: Parameters<Rule["check"]>[0]): boolean =>
  entrypointScripts(input).some(({ text }) => /\b(gosu|su-exec|setpriv|runuser|chroot --userspec)\b/.test(text));
