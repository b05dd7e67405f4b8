import type { Choice, Decider, Facts } from "./decider.ts";
import { configured, override } from "./shared/override.ts";
import { kindOf, saidKind, servesNobody } from "./shared/kind.ts";
import { places, placesOf } from "./shared/say.ts";
import { workerStart } from "./shared/server.ts";
import { at, instructionsToday } from "./shared/today.ts";

const DEFAULT_PORT = 8000;
/** Below it only root opens a port, unless the runtime lets everybody. */
const FIRST_FREE = 1024;
const NOT_ALLOWED = "a user without rights may not be allowed to open it";
const ABOVE = {
  option: "a port above 1023",
  because:
    "whatever calls this one knows its number. Docker lets every user open it; where the platform does not, set `ports` under `decisions`, there and in what calls it",
};

export const ports: Decider = {
  id: "ports",
  title: "Port",
  after: [],
  resolves: ["expose-format", "ssh-port-exposed"],
  decide(facts: Facts): Choice {
    if (servesNobody(kindOf(facts))) return none(facts);
    const chosen = override(facts, "ports", "number");
    const exposed = instructionsToday(facts.dockerfile, "EXPOSE").at(0);
    const today = Number.parseInt(exposed?.words[0] ?? "", 10);
    const fact = facts.service.port;
    const port = chosen ?? fact?.value.number ?? (today > 0 ? today : DEFAULT_PORT);
    return {
      value: { ports: [port] },
      choice: `${port}${fact?.value.variable === undefined ? "" : `, or what ${fact.value.variable} says`}`,
      because: because(port, chosen, fact?.value.number ?? (today > 0 ? today : undefined)),
      evidence: chosen !== undefined ? [] : [...placesOf(fact), ...at(facts.dockerfile, exposed)],
      rejected: [port < FIRST_FREE ? ABOVE : { option: "a port below 1024", because: NOT_ALLOWED }],
    };
  },
};

/** No port is opened that nobody listens on. */
function none(facts: Facts): Choice {
  const start = workerStart(facts.service);
  const said = saidKind(facts);
  return {
    value: { ports: [] },
    choice: "none",
    because:
      said === undefined
        ? `Today's image starts \`${start?.argv.join(" ")}\`, which works and serves nobody, and no file names a port.`
        : `${configured("kind")} A ${said} serves nobody.`,
    evidence: said === undefined ? places(start?.evidence) : [],
    rejected: [{ option: "EXPOSE of a usual port", because: "whoever asks there gets no answer" }],
  };
}

function because(port: number, chosen: number | undefined, found: number | undefined): string {
  if (chosen !== undefined) return configured("ports");
  return found === undefined
    ? `No file names a port; ${port} is the server's own default.`
    : `The service listens on ${port} today, and whatever calls it knows that number.`;
}
