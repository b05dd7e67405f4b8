import { drain } from "../probes/drain.ts";
import type { Drain } from "../probes/support/drain.ts";
import type { Check } from "./check.ts";
import { drainExamples, judgeDrain } from "./support/drain.ts";

export const stopAnswersInFlight: Check<Drain> = {
  id: "stop-answers-in-flight",
  severity: "error",
  title: "A request in flight is answered after SIGTERM",
  why: "Every deployment stops the old containers. A server can exit with 0 and still have dropped its requests, so the exit code alone proves nothing.",
  source: "The twelve-factor app, IX: disposability",
  whenItFails: {
    symptom: "Clients see cut connections at each roll-out.",
    cause: "The server dies at the signal, or is killed because it ignores it.",
    remedy:
      "Let the server be the first process with a time to drain that is shorter than the grace period, and set STOPSIGNAL to what it listens to.",
  },
  needs: drain,
  of: ["server"],
  examples: drainExamples,
  judge: judgeDrain,
};
