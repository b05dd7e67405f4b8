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

/** Healthy, and easily taken for sick. */
export const healthTwins: readonly Fault[] = [
  {
    name: "healthy, and its HEALTHCHECK takes some of the seconds that it has",
    breaks: [],
    keeps: ["healthcheck-healthy", "healthcheck-notices"],
    atEnd: `HEALTHCHECK --timeout=8s CMD ["python", "-c", "import time, urllib.request as r; time.sleep(4); r.urlopen('http://127.0.0.1:8000/health', timeout=2)"]`,
  },
  {
    name: "healthy, and lets in only the host of its own HEALTHCHECK",
    breaks: [],
    keeps: ["becomes-healthy", "no-network-needed", "read-only-root", "stop-answers-in-flight"],
    app: [
      [
        "    def do_GET(self):\n",
        '    def do_GET(self):\n        if self.headers["Host"].split(":")[0] != "localhost":\n            return self.answer(400, {"detail": "Invalid host header"})\n',
      ],
    ],
    atEnd: `HEALTHCHECK CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://localhost:8000/health', timeout=2)"]`,
  },
];
