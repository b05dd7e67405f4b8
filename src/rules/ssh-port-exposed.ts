import { stageState } from "../dockerfile/stages.ts";
import { changed, healthy } from "./queries/example.ts";
import { at, find, shippedStage, shippedSteps, type Step } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const sshPortExposed: Rule = {
  id: "ssh-port-exposed",
  title: "The image offers SSH",
  why: "A second way in, with keys and users of its own, that nobody updates and no health check watches. Whoever runs the container can have a shell without it: `docker exec`, `kubectl exec`, ECS Exec.",
  source: "trivy DS-0004, checkov CKV_DOCKER_1",
  demand: "without-root",
  severity: "warning",
  confidence: "certain",
  advice: "Leave sshd out, and port 22 closed.",
  aliases: ["DS-0004", "CKV_DOCKER_1"],
  numbers: ["SEC009"],
  since: "0.1.0",
  provenBy: [],
  examples: { bad: [changed(["EXPOSE 8000", "EXPOSE 8000 22"])], good: [healthy] },
  *check({ dockerfile }) {
    const stage = shippedStage(dockerfile);
    if (!stage || !shippedSteps(dockerfile).some(mayExpose)) return;
    const open = stageState(dockerfile, stage).exposed.find(({ value }) => /^22(?:\/tcp)?$/i.test(value));
    if (open)
      yield {
        message: "Port 22 is exposed.",
        where: at(dockerfile, open.instruction, find(dockerfile, open.instruction, "22")),
      };
  },
};

const mayExpose = ({ instruction }: Step): boolean =>
  instruction.keyword === "EXPOSE" && /\$|\b22\b/.test(instruction.args);
