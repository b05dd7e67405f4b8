import type { Choice, Decider, Draft, Facts } from "./decider.ts";
import { webStart } from "./shared/server.ts";

/** Servers that, as process 1, ignore SIGTERM and stop on SIGINT. */
const NEEDS_INTERRUPT = new Set(["flask-dev", "django-dev", "waitress"]);

export const stopSignal: Decider = {
  id: "stop-signal",
  title: "Stop signal",
  after: ["command"],
  resolves: [],
  decide(facts: Facts, _draft: Draft): Choice {
    const server = webStart(facts.service)?.server ?? facts.service.server.value;
    const value = NEEDS_INTERRUPT.has(server) ? "SIGINT" : "SIGTERM";
    return {
      value: { stopSignal: value },
      choice: value,
      because:
        value === "SIGINT"
          ? "This server ignores SIGTERM when it is process 1 and would be killed with requests in flight; SIGINT ends it."
          : "It is what every engine sends, and the server drains on it. It is written down so that no base can change it.",
      rejected: [
        {
          option: "an init process",
          because: "the server is process 1 and starts no children that it does not wait for",
        },
      ],
    };
  },
};
