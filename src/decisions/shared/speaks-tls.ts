import type { Facts } from "../decider.ts";
import { at, instructionsToday } from "./today.ts";

/** How servers are given a certificate: uvicorn, granian, gunicorn and hypercorn, sanic and flask, streamlit, daphne. */
const CERTIFICATE =
  /(?:^|[\s"'])(?:--(?:ssl-certfile|ssl-certificate|certfile|cert|server\.sslCertFile)(?:[\s="',]|$)|(?:-e\s+|--endpoint[\s=]+)["']?ssl:)/;
/** A probe of today that asks the service itself over TLS. */
const ASKED_OVER_TLS = /https:\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\])/;

/** What says that the service answers over TLS, and its places; undefined where nothing does. */
export function speaksTls(
  { service, dockerfile }: Facts,
  command: readonly string[] = [],
): { readonly why: string; readonly places: readonly string[] } | undefined {
  if (CERTIFICATE.test(command.join(" "))) return { why: "the server is given a certificate", places: [] };
  const today = instructionsToday(dockerfile, "HEALTHCHECK").find(({ args }) => ASKED_OVER_TLS.test(args));
  if (today !== undefined) return { why: "today's HEALTHCHECK asks over TLS", places: at(dockerfile, today) };
  const outside = service.outsideProbes.find((probe) => ASKED_OVER_TLS.test(probe.command));
  if (outside === undefined) return undefined;
  return {
    why: "a probe from outside asks over TLS",
    places: [`${outside.evidence.file}:${outside.evidence.line}`],
  };
}
