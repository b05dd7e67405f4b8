import type { OutsideTerms } from "../model/types.ts";
import { ownContainers } from "./queries/containers.ts";
import { healthy, healthyDockerfile, healthyWith, project } from "./queries/example.ts";
import { runsShipped } from "./queries/origin.ts";
import { isRoot, situationAt } from "./queries/settings.ts";
import { shippedStage } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const compose = (line: string): string => `services:\n  api:\n    build: .\n    ${line}\n`;
const pod = (context: string): string =>
  `apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: api\n      image: registry.example/reactions:1.4.0\n      securityContext: { ${context} }\n`;
const task = (user: string): string =>
  JSON.stringify({ containerDefinitions: [{ name: "web", image: "registry.example/reactions:1.4.0", user }] });

export const outsideAsksForRoot: Rule = {
  id: "outside-asks-for-root",
  title: "Another file runs the image as root, or with every right",
  why: "The image has a user of its own, and the deployment takes it away again: USER protects nothing then, and `privileged` gives the container the machine.",
  source: "CIS Docker benchmark 5.5, 4.1; Kubernetes Pod Security Standards, restricted",
  demand: "without-root",
  severity: "error",
  confidence: "certain",
  advice:
    "Leave `user`, `runAsUser` and `privileged` out. Where a folder is not writable for the image's user, give it that user's number instead.",
  aliases: [],
  since: "0.1.0",
  provenBy: [],
  examples: {
    bad: [
      project({ Dockerfile: healthyDockerfile, "compose.yaml": compose("user: root") }),
      project({ Dockerfile: healthyDockerfile, "compose.yaml": compose("privileged: true") }),
      project({ Dockerfile: healthyDockerfile, "deploy/api.yaml": pod("runAsUser: 0") }),
      project({ Dockerfile: healthyDockerfile, "task-definition.json": task("0:0") }),
    ],
    good: [
      healthy,
      project({ Dockerfile: healthyDockerfile, "compose.yaml": compose('user: "1001:1001"') }),
      project({ Dockerfile: healthyDockerfile, "deploy/api.yaml": pod("runAsUser: 1001, privileged: false") }),
      // Another image, and one that has no user yet: that is another finding.
      project({
        Dockerfile: healthyDockerfile,
        "compose.yaml": "services:\n  db:\n    image: postgres:17\n    user: root\n    privileged: true\n",
      }),
      project({ Dockerfile: healthyWith(["USER 1001:1001\n", ""]), "compose.yaml": compose("user: root") }),
    ],
  },
  *check(input) {
    const { dockerfile, service } = input;
    const stage = shippedStage(dockerfile);
    const user = stage && situationAt(dockerfile, stage).user;
    const hasUser = user !== undefined && !isRoot(user);
    for (const { container, terms } of ownContainers(input)) {
      if (terms.privileged !== undefined)
        yield { message: `${container} runs with \`privileged: true\`.`, where: terms.privileged.evidence };
      if (hasUser && asksRoot(terms.user))
        yield {
          message: `${container} runs as ${terms.user?.value}, although the image has the user ${user}.`,
          where: terms.user.evidence,
        };
    }
    for (const { container, image, user: asked, evidence } of service.taskDefinitions) {
      if (!hasUser || asked === undefined || !isRoot(asked)) continue;
      const origin = image === undefined ? {} : { origin: { image } };
      if (runsShipped(input, { source: "ecs", evidence, ...origin }) === true)
        yield { message: `${container} runs as ${asked}, although the image has the user ${user}.`, where: evidence };
    }
  },
};

const asksRoot = (user: OutsideTerms["user"]): user is NonNullable<OutsideTerms["user"]> =>
  user !== undefined && isRoot(user.value);
