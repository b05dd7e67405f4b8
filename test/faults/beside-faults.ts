import type { Fault } from "./fault.ts";

/** No route reads a body, and Python takes no route from outside: only what it waits for can hold a request. */
const asksItsStore: NonNullable<Fault["app"]> = [
  ["    def do_POST(self):", "    def do_nothing(self):"],
  [
    "        return []",
    '        import urllib.request\n        return urllib.request.urlopen(os.environ["STORE_URL"]).status',
  ],
];

const isolated: NonNullable<Fault["dockerfile"]> = [
  ['CMD ["python", "/app/app.py"]', 'CMD ["python", "-I", "/app/app.py"]'],
];

/** Another healthy service, whose request is held at its sidecar. */
export const heldAtSidecar: Fault = {
  name: "healthy, and only a sidecar can hold its request",
  breaks: [],
  keeps: ["stop-answers-in-flight", "stops-under-init"],
  beside: true,
  app: asksItsStore,
  dockerfile: isolated,
};

/** The ways in which what runs beside the web server, or in its place, is known to break. */
export const besideFaults: readonly Fault[] = [
  {
    name: "a sidecar that never gets healthy",
    breaks: ["sidecars-ready"],
    compose: [["r.urlopen('http://127.0.0.1:9999', timeout=2)", "r.urlopen('http://127.0.0.1:9998', timeout=2)"]],
  },
  {
    name: "a sidecar that ends at once",
    breaks: ["sidecars-ready"],
    compose: [["python -m http.server 9999", "python -c 'import sys; sys.exit(3)'"]],
  },
  {
    name: "a migration that fails",
    breaks: ["roles-run"],
    compose: [["http://store:9999'", "http://store:9999/no-such-table'"]],
  },
  {
    name: "a migration that writes where the image is read-only",
    breaks: ["roles-run"],
    compose: [["r.urlopen('http://store:9999', timeout=5)", "open('/app/migrated', 'w')"]],
  },
  {
    name: "a worker that ignores SIGTERM",
    breaks: ["roles-run"],
    compose: [["lambda *_: sys.exit()", "signal.SIG_IGN"]],
  },
  {
    name: "a worker that ignores the stop signal which its file sets",
    breaks: ["roles-run"],
    compose: [["stop_grace_period: 4s", "stop_grace_period: 4s\n    stop_signal: SIGUSR1"]],
  },
  {
    name: "a worker that never reaches its broker, and is silent between two tries",
    breaks: ["roles-run"],
    says: { "roles-run": /did not reach what it needs/ },
    compose: [["signal.pause()", "print('No broker. Trying again in 60 seconds.', flush=True); signal.pause()"]],
  },
  {
    name: "a worker that ends with 1 after SIGTERM",
    breaks: ["roles-run"],
    compose: [["lambda *_: sys.exit()", "lambda *_: sys.exit(1)"]],
  },
  {
    name: "a worker that ends by itself",
    breaks: ["roles-run"],
    compose: [["signal.pause()", "print('no job')"]],
  },
  {
    name: "a role that calls uv, which the image does not have",
    breaks: ["role-programs-present", "roles-run"],
    compose: [['["python", "-c", "import signal', '["uv", "run", "python", "-c", "import signal']],
  },
  {
    name: "drops the request that waits for its sidecar",
    breaks: ["stop-answers-in-flight"],
    beside: true,
    app: [...asksItsStore, ["    server.ending.set()", "    os._exit(0)"]],
    dockerfile: isolated,
  },
  {
    name: "never ready, and says so politely",
    breaks: ["routes-answer"],
    says: { "routes-answer": /\/ready answers 429/ },
    app: [
      ['"/health": {"get": {}}', '"/health": {"get": {}}, "/ready": {"get": {}}'],
      [
        '        elif self.path == "/items":',
        '        elif self.path == "/ready":\n            self.answer(429, {})\n        elif self.path == "/items":',
      ],
    ],
  },
  {
    name: "a route that needs a table nobody made",
    breaks: ["routes-answer"],
    app: [["            self.answer(200, self.items())", '            self.answer(500, {"detail": "no such table"})']],
  },
];
