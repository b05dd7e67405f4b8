import { drainUnderInit } from "../probes/drain-under-init.ts";
import type { Drain } from "../probes/support/drain.ts";
import type { Check } from "./check.ts";
import { drainExamples, judgeDrain } from "./support/drain.ts";

export const stopsUnderInit: Check<Drain> = {
  id: "stops-under-init",
  severity: "warning",
  title: "Under an init a request in flight is answered after SIGTERM too",
  why: "Linux keeps a signal without a handler from process 1, and from no other. A service that lives on this drops its requests the day somebody sets `docker run --init`, `init: true` in Compose, `initProcessEnabled` in ECS, or `shareProcessNamespace` in a pod.",
  source: "Docker documentation: docker run --init; Amazon ECS: initProcessEnabled",
  whenItFails: {
    symptom: "Since an init was switched on, clients see cut connections at each roll-out, and the exit code is 143.",
    cause: "Nothing handles SIGTERM: as process 1 the service ignored it, under an init it dies of it at once.",
    remedy: "Serve with a server that handles SIGTERM, or handle it; an init does not do so in its place.",
  },
  needs: drainUnderInit,
  of: ["server"],
  examples: drainExamples,
  judge(seen) {
    const verdict = judgeDrain(seen);
    const lead = verdict.status === "pass" ? "An init may be switched on" : "Do not switch on an init";
    return verdict.status === "unproven" ? verdict : { ...verdict, message: `${lead}: ${verdict.message}` };
  },
};
