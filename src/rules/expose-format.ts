import { stageState } from "../dockerfile/stages.ts";
import { changed, healthy } from "./queries/example.ts";
import { at, find, reachable } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const exposeFormat: Rule = {
  id: "expose-format",
  title: "EXPOSE names something else than a port of the container",
  why: "EXPOSE only notes the container's port. An address or a port of the host in it is dropped, and BuildKit will refuse it; a number beyond 65535 stops the build.",
  source: "BuildKit's ExposeInvalidFormat; hadolint DL3011",
  demand: "reached-at-its-port",
  severity: "warning",
  confidence: "certain",
  advice: "Write the container's port alone, `EXPOSE 8000`; the host's port belongs to `docker run -p` or Compose.",
  aliases: ["ExposeInvalidFormat", "DL3011", "DS-0008", "DF040", "invalid-port", "invalid_port", "expose_host_port"],
  since: "0.1.0",
  provenBy: ["builds"],
  examples: {
    bad: [
      changed(["EXPOSE 8000", "EXPOSE 127.0.0.1:8000:8000"]),
      changed(["EXPOSE 8000", "EXPOSE 80000 8000"]),
      changed(["EXPOSE 8000", "EXPOSE 8000/http"]),
    ],
    good: [
      healthy,
      changed(["EXPOSE 8000", "ARG PORT=8000\nEXPOSE $PORT/tcp"]),
      changed(["EXPOSE 8000", "EXPOSE 8000 8100-8110"]),
    ],
  },
  *check({ dockerfile }) {
    for (const stage of reachable(dockerfile)) {
      const exposes = stage.instructions.filter(({ keyword }) => keyword === "EXPOSE");
      if (exposes.every(({ words }) => words.every((word) => /^[1-9]\d{0,3}(?:\/tcp)?$/.test(word)))) continue;
      for (const { value, instruction, stage: of } of stageState(dockerfile, stage).exposed) {
        const wrong = of === stage.index ? whatIsWrong(value) : undefined;
        if (wrong === undefined) continue;
        yield {
          message: `EXPOSE ${value}: ${wrong.text}.`,
          severity: wrong.stops ? "error" : "warning",
          where: at(dockerfile, instruction, find(dockerfile, instruction, value)),
        };
      }
    }
  },
};

function whatIsWrong(value: string): { readonly text: string; readonly stops: boolean } | undefined {
  if (value.includes("$")) return undefined;
  if (/:/.test(value)) return { text: "an address or a port of the host has no meaning here", stops: false };
  const match = /^(\d+)(?:-(\d+))?(?:\/([a-z]+))?$/i.exec(value);
  if (!match) return { text: "this is no port", stops: true };
  const [, first = "", last = first, protocol = "tcp"] = match;
  if (Number(first) > 65_535 || Number(last) > 65_535 || Number(first) === 0)
    return { text: "a port is a number from 1 to 65535", stops: true };
  if (Number(first) > Number(last)) return { text: "the range ends before it begins", stops: true };
  return /^(?:tcp|udp|sctp)$/i.test(protocol) ? undefined : { text: "the protocol is tcp, udp or sctp", stops: true };
}
