import type { Fault } from "./fault.ts";
import { COMMAND } from "./lines.ts";

/** How the image's HEALTHCHECK is known to say what is not so. */
export const healthFaults: readonly Fault[] = [
  {
    name: "a HEALTHCHECK that always succeeds",
    breaks: ["healthcheck-notices"],
    atEnd: 'HEALTHCHECK CMD ["true"]',
  },
  {
    name: "a HEALTHCHECK that accepts an error page",
    breaks: ["healthcheck-notices"],
    dockerfile: [[COMMAND, 'CMD ["python", "/app/wsgi.py"]']],
    atEnd: `HEALTHCHECK CMD ["python", "-c", "import http.client as h; c = h.HTTPConnection('127.0.0.1', 8000, timeout=2); c.request('GET', '/health'); c.getresponse()"]`,
  },
  {
    name: "a HEALTHCHECK that asks another port",
    breaks: ["healthcheck-healthy"],
    says: { "healthcheck-healthy": /`CMD python -c import .*` ended with 1: .*Connection refused/ },
    atEnd: `HEALTHCHECK CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:9000/health')"]`,
  },
  {
    name: "a HEALTHCHECK whose program is missing",
    breaks: ["healthcheck-healthy"],
    says: { "healthcheck-healthy": /"curl": executable file not found|curl.*no such file/i },
    atEnd: 'HEALTHCHECK CMD ["curl", "-f", "http://127.0.0.1:8000/health"]',
  },
  {
    name: "no HEALTHCHECK",
    breaks: ["healthcheck-healthy", "healthcheck-notices"],
    atEnd: "HEALTHCHECK NONE",
  },
];
