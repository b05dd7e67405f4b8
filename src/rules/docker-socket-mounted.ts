import { stageState } from "../dockerfile/stages.ts";
import { changed, healthy, healthyDockerfile, project } from "./queries/example.ts";
import { at, shippedStage } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const SOCKET = /^(?:\/var)?\/run\/(?:docker|containerd\/containerd|podman\/podman)\.sock$/;

export const dockerSocketMounted: Rule = {
  id: "docker-socket-mounted",
  title: "The container gets the engine's socket",
  why: "Whoever can speak to the engine is root on its machine: a fault in the service is then a way into every other container, and USER, read-only and dropped capabilities protect nothing.",
  source: "CIS Docker benchmark 5.31; semgrep dockerfile-dockerd-socket-mount, dockle DKL-DI-0002",
  demand: "without-root",
  severity: "error",
  confidence: "certain",
  advice:
    "Leave it out; where a service must start containers, give it an engine of its own or a proxy that allows only what it needs.",
  aliases: ["dockerfile-dockerd-socket-mount", "DKL-DI-0002"],
  since: "0.1.0",
  provenBy: [],
  examples: {
    bad: [
      changed(["EXPOSE 8000", "VOLUME /var/run/docker.sock\nEXPOSE 8000"]),
      project({
        Dockerfile: healthyDockerfile,
        "compose.yaml":
          "services:\n  api:\n    build: .\n    volumes:\n      - /var/run/docker.sock:/var/run/docker.sock:ro\n",
      }),
    ],
    good: [
      healthy,
      project({
        Dockerfile: healthyDockerfile,
        "compose.yaml":
          "services:\n  proxy:\n    image: traefik:3\n    volumes:\n      - /var/run/docker.sock:/var/run/docker.sock:ro\n",
      }),
    ],
  },
  *check({ dockerfile, service }) {
    const stage = shippedStage(dockerfile);
    const volume = stage && stageState(dockerfile, stage).volumes.find(({ value }) => SOCKET.test(value));
    if (volume)
      yield { message: `${volume.value} is declared as a volume.`, where: at(dockerfile, volume.instruction) };
    for (const { name, builds, from, evidence } of service.composeMounts)
      if (builds === dockerfile.path && SOCKET.test(from))
        yield { message: `The service ${name} is given ${from}.`, where: evidence };
  },
};
