import { edited } from "./queries/fixes.ts";
import { stageState } from "../dockerfile/stages.ts";
import { changed, healthy } from "./queries/example.ts";
import { startOf } from "./queries/start.ts";
import { at, shippedStage, wholeLines } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const badStopsignal: Rule = {
  id: "bad-stopsignal",
  title: "STOPSIGNAL does not let the server finish",
  why: "SIGKILL ends the process at once with every request in flight; gunicorn takes SIGINT and SIGQUIT as the order to drop what it is doing. The other servers have no handler for SIGQUIT: process 1 does not even end.",
  source: "tally no-ungraceful-stopsignal",
  demand: "stops-in-time",
  severity: "error",
  confidence: "certain",
  advice: "Remove STOPSIGNAL: SIGTERM is what Python's servers drain on.",
  aliases: ["no-ungraceful-stopsignal"],
  numbers: ["RUN004"],
  since: "0.1.0",
  fixes: "removes the STOPSIGNAL.",
  provenBy: ["stop-answers-in-flight"],
  examples: {
    bad: [
      changed(["EXPOSE 8000", "STOPSIGNAL SIGKILL\nEXPOSE 8000"]),
      changed(["EXPOSE 8000", "STOPSIGNAL 9\nEXPOSE 8000"]),
      changed(["EXPOSE 8000", "STOPSIGNAL SIGQUIT\nEXPOSE 8000"]),
    ],
    good: [
      healthy,
      changed(["EXPOSE 8000", "STOPSIGNAL SIGTERM\nEXPOSE 8000"]),
      changed(["EXPOSE 8000", "STOPSIGNAL SIGINT\nEXPOSE 8000"]),
    ],
  },
  *check({ dockerfile }) {
    const stage = shippedStage(dockerfile);
    const signal = stage && stageState(dockerfile, stage).stopSignal;
    if (!signal) return;
    const name = signal.value.toUpperCase().replace(/^SIG/, "");
    const kills = /^(KILL|9|STOP|19)$/.test(name);
    const server = startOf(dockerfile)?.server ?? "unknown";
    const effect = kills ? "" : effectOf(server, name);
    if (effect !== undefined)
      yield {
        message: `STOPSIGNAL is ${signal.value}${effect}.`,
        where: at(dockerfile, signal.instruction),
        ...edited("Remove the STOPSIGNAL", {
          file: dockerfile.path,
          ...wholeLines(dockerfile, signal.instruction),
          text: "",
        }),
      };
  },
};

const NO_HANDLER = /^(?:uvicorn|hypercorn|waitress|daphne|flask-dev|django-dev)$/;

/** What a signal that ends nobody at once does to a server; undefined for nothing bad. */
function effectOf(server: string, name: string): string | undefined {
  if (server === "gunicorn" && /^(?:INT|2|QUIT|3)$/.test(name)) return ", on which gunicorn drops its requests";
  return NO_HANDLER.test(server) && /^(?:QUIT|3)$/.test(name) ? `, for which ${server} has no handler` : undefined;
}
