import { edited } from "./queries/fixes.ts";
import { stageState } from "../dockerfile/stages.ts";
import { changed, healthy } from "./queries/example.ts";
import { startOf } from "./queries/start.ts";
import { at, shippedStage, wholeLines } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const badStopsignal: Rule = {
  id: "bad-stopsignal",
  title: "STOPSIGNAL does not let the server finish",
  why: "SIGKILL ends the process at once with every request in flight; gunicorn takes SIGINT and SIGQUIT as the order to drop what it is doing.",
  source: "RUN004; tally no-ungraceful-stopsignal",
  severity: "error",
  confidence: "certain",
  advice: "Remove STOPSIGNAL: SIGTERM is what Python's servers drain on.",
  aliases: ["RUN004", "no-ungraceful-stopsignal"],
  since: "0.1.0",
  fixes: "removes the STOPSIGNAL.",
  provenBy: ["stop-answers-in-flight"],
  examples: {
    bad: [
      changed(["EXPOSE 8000", "STOPSIGNAL SIGKILL\nEXPOSE 8000"]),
      changed(["EXPOSE 8000", "STOPSIGNAL 9\nEXPOSE 8000"]),
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
    const drops = startOf(dockerfile)?.server === "gunicorn" && /^(INT|2|QUIT|3)$/.test(name);
    if (kills || drops)
      yield {
        message: `STOPSIGNAL is ${signal.value}${drops ? ", on which gunicorn drops its requests" : ""}.`,
        where: at(dockerfile, signal.instruction),
        ...edited("Remove the STOPSIGNAL", {
          file: dockerfile.path,
          ...wholeLines(dockerfile, signal.instruction),
          text: "",
        }),
      };
  },
};
