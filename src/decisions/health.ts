import type { HealthSpec } from "../model/types.ts";
import type { Choice, Decider, Draft, Facts } from "./decider.ts";
import { configured, override } from "./shared/override.ts";
import { kindOf, servesNobody } from "./shared/kind.ts";
import { placesOf } from "./shared/say.ts";
import { speaksTls } from "./shared/speaks-tls.ts";

const TIMES = { intervalSeconds: 10, timeoutSeconds: 5, startPeriodSeconds: 30, retries: 3 } as const;

/**
 * Asks the service itself, in Python: http.client goes through no proxy, and `-I -S` skips site-packages, so a probe
 * costs a few hundredths of a second of CPU.
 */
function probe(
  path: string,
  port: number,
  { variable, tls }: { readonly variable: string | undefined; readonly tls: boolean },
): readonly string[] {
  const portText = variable === undefined ? String(port) : `int(os.environ.get('${variable}') or ${port})`;
  const lines = [
    `import http.client${variable === undefined ? "" : ", os"}${tls ? ", ssl" : ""}`,
    `c = http.client.HTTP${tls ? "S" : ""}Connection('127.0.0.1', ${portText}, timeout=${TIMES.timeoutSeconds - 1}${tls ? ", context=ssl._create_unverified_context()" : ""})`,
    `c.request('GET', '${path}')`,
    "raise SystemExit(c.getresponse().status != 200)",
  ];
  return ["python", "-I", "-S", "-c", lines.join("; ")];
}

const nobodyToAsk: Choice = {
  value: { health: undefined },
  choice: "no HEALTHCHECK",
  because: "It serves nobody, so there is no port to ask; the engine sees when it ends.",
  leaves: ["healthcheck-missing"],
  rejected: [{ option: "a probe of its process", because: "the engine knows that without one" }],
};

const tlsInWords = (tls: ReturnType<typeof speaksTls>) =>
  tls === undefined
    ? { over: "", because: "", places: [] }
    : {
        over: " over TLS",
        because: ` It asks over TLS, because ${tls.why}; the certificate is not checked, because it does not name 127.0.0.1.`,
        places: tls.places,
      };

export const health: Decider = {
  id: "health",
  title: "Health probe",
  after: ["ports", "command", "packages"],
  resolves: [
    "healthcheck-missing",
    "healthcheck-tool-absent",
    "healthcheck-port-or-path-unknown",
    "healthcheck-timing",
    "healthcheck-accepts-error-page",
  ],
  decide(facts: Facts, draft: Draft): Choice {
    if (servesNobody(kindOf(facts))) return nobodyToAsk;
    const chosen = override(facts, "health", "text");
    const found = facts.service.healthPaths[0];
    const path = chosen ?? found?.value;
    if (path === undefined || !/^\/[\w./~-]*$/.test(path))
      return {
        value: { health: undefined },
        choice: "no HEALTHCHECK",
        because:
          "The code has no route that says it is alive, and one is never invented: add one, and the image will be probed.",
        leaves: ["healthcheck-missing"],
        rejected: [{ option: "a probe of some other page", because: "it would fail or pass for reasons of its own" }],
      };
    const tls = speaksTls(facts, draft.command);
    const said = tlsInWords(tls);
    const value: HealthSpec = {
      path,
      command: probe(path, draft.ports?.[0] ?? 8000, {
        variable: facts.service.port?.value.variable?.replaceAll(/\W/g, ""),
        tls: tls !== undefined,
      }),
      ...TIMES,
    };
    return {
      value: { health: value },
      choice: `GET ${path}${said.over} every ${TIMES.intervalSeconds} s, from Python`,
      because: `${chosen === undefined ? `${path} is the route nearest to "I am alive" that the code has.` : configured("health")} Python asks it without another package.${said.because} A stuck service is seen after ${TIMES.retries} × ${TIMES.intervalSeconds} s, and a slow start has ${TIMES.startPeriodSeconds} s before failures count.`,
      evidence: [...(chosen === undefined ? placesOf(found) : []), ...said.places],
      rejected: [
        { option: "curl", because: "it is one more package to patch, for one request" },
        {
          option: "a probe through urllib",
          because: "it obeys proxy variables, so it may ask the proxy for 127.0.0.1",
        },
        { option: "shell form", because: "it needs a shell in the image for each probe" },
      ],
    };
  },
};
