import type { Server } from "../model/types.ts";
import { unwrap } from "../project/unwrap.ts";
import type { Choice, Decider, Draft, Facts } from "./decider.ts";
import { mainStart } from "./shared/server.ts";

/** Servers that, as process 1, ignore SIGTERM and stop on SIGINT. */
const NEEDS_INTERRUPT: ReadonlySet<Server> = new Set<Server>(["flask-dev", "django-dev", "tornado", "waitress"]);
/** Servers that drain on SIGTERM as process 1; measured with a request in flight. */
const DRAINS: ReadonlySet<Server> = new Set<Server>(["uvicorn", "gunicorn", "hypercorn", "granian", "fastapi-cli"]);

/** Flask's own server hides behind `python -m app`, where `app.run()` starts it. */
function needsInterrupt(server: Server, { service }: Facts): boolean {
  return (
    NEEDS_INTERRUPT.has(server) || (service.framework.value === "flask" && (server === "own" || server === "unknown"))
  );
}

function reason(value: string, server: Server): string {
  if (value === "SIGINT")
    return "This server ignores SIGTERM when it is process 1 and would be killed with requests in flight; SIGINT ends it.";
  return DRAINS.has(server)
    ? "It is what every engine sends, and the server drains on it. It is written down so that no base can change it."
    : "It is what every engine sends. Whether this program answers what is in flight before it ends is for the proof to tell.";
}

/** The server of the new image: another than today's when the team chose the command. */
function serverThen({ service, overrides }: Facts, draft: Draft): Server {
  if (overrides["command"] !== undefined && draft.command !== undefined) return unwrap(draft.command).server;
  return mainStart(service)?.server ?? service.server.value;
}

export const stopSignal: Decider = {
  id: "stop-signal",
  title: "Stop signal",
  after: ["command"],
  resolves: ["bad-stopsignal"],
  decide(facts: Facts, draft: Draft): Choice {
    const server = serverThen(facts, draft);
    const value = needsInterrupt(server, facts) ? "SIGINT" : "SIGTERM";
    return {
      value: { stopSignal: value },
      choice: value,
      because: reason(value, server),
      rejected: [
        {
          option: "an init process",
          because: "the server is process 1 and starts no children that it does not wait for",
        },
      ],
    };
  },
};
