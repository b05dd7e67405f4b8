import type { Fault } from "./fault.ts";
import { http2Faults } from "./http2-faults.ts";
import { COMMAND, podWith, underInit } from "./lines.ts";

const WAITS_AT_WEBSOCKET = "        server.ending.wait()\n";
const SAYS_GOODBYE = '        self.wfile.write(b"\\x88\\x02" + (1001).to_bytes(2))\n';

/** Another healthy service: it waits for what its clients answer to the close frame, and for the end of their side. */
export const waitsForGoodbye: Fault = {
  name: "healthy, and waits until a WebSocket is closed on both sides",
  breaks: [],
  keeps: ["stops-with-open-websocket", "stop-closes-websockets"],
  app: [[SAYS_GOODBYE, `${SAYS_GOODBYE}        self.connection.shutdown(socket.SHUT_WR)\n        self.rfile.read()\n`]],
};

/** Another healthy service: the script that starts it stays, and hands the signal on. */
export const script: Fault = {
  name: "healthy, started by a script with a trap",
  breaks: [],
  keeps: ["exec-form", "stops-when-idle", "stop-answers-in-flight", "stops-under-init"],
  dockerfile: [
    [
      COMMAND,
      `CMD ["sh", "-c", "trap 'kill -TERM $child' TERM; python /app/app.py & child=$!; wait $child; trap - TERM; wait $child"]`,
    ],
  ],
};

/** How services end badly: too slowly, with the wrong code, or with requests unanswered. */
export const stopFaults: readonly Fault[] = [
  {
    name: "stops as slowly as ECS waits",
    breaks: ["grace-periods-add-up"],
    dockerfile: [[COMMAND, 'CMD ["python", "/app/app.py", "--graceful-timeout", "4"]']],
  },
  {
    name: "stops as slowly as Kubernetes waits where its file names no time",
    breaks: ["grace-periods-add-up"],
    says: { "grace-periods-add-up": /may take 30 s to stop.*pod\.yaml:\d+ gives 30 s, since it names none/ },
    dockerfile: [[COMMAND, 'CMD ["python", "/app/app.py", "--graceful-timeout", "30"]']],
    pod: podWith(""),
    task: [['"stopTimeout": 4', '"stopTimeout": 60']],
  },
  {
    name: "ends by itself some seconds after it was ready",
    breaks: ["stays-up"],
    says: { "stays-up": /ended by itself with code 3/ },
    app: [["server = Server", "threading.Timer(4, os._exit, [3]).start()\nserver = Server"]],
  },
  {
    name: "answers no more some seconds after it was ready",
    breaks: ["stays-up"],
    says: { "stays-up": /no good answer any more \(HTTP 503\)/ },
    app: [
      ["PATHS = {", "import time\nSTARTED = time.monotonic()\nPATHS = {"],
      [
        '            self.answer(200, {"status": "ok"})',
        '            self.answer(200 if time.monotonic() - STARTED < 6 else 503, {"status": "ok"})',
      ],
    ],
  },
  {
    name: "ignores SIGTERM",
    breaks: ["stops-when-idle", "stop-answers-in-flight"],
    app: [["signal.signal(signal.SIGTERM, stop)", "signal.signal(signal.SIGTERM, signal.SIG_IGN)"]],
  },
  {
    name: "handles SIGTERM only as process 1",
    breaks: ["stops-under-init"],
    app: [["signal.signal(signal.SIGTERM, stop)", "if os.getpid() == 1:\n    signal.signal(signal.SIGTERM, stop)"]],
  },
  {
    name: "a shell that an init ends at once",
    breaks: ["stops-under-init"],
    dockerfile: [[COMMAND, 'CMD ["sh", "-c", "python /app/app.py; echo ended"]']],
  },
  {
    name: "waits for idle connections",
    breaks: ["stops-with-idle-connections"],
    app: [["            connection.shutdown(socket.SHUT_RD)", "            pass"]],
  },
  {
    name: "waits for the end of a stream",
    breaks: ["stops-with-open-stream"],
    app: [["while not server.ending.wait(0.2)", "while not threading.Event().wait(0.2)"]],
  },
  {
    name: "waits until the client of a WebSocket goes",
    breaks: ["stops-with-open-websocket"],
    says: { "stops-with-open-websocket": /with a WebSocket open on \/ws/ },
    app: [[WAITS_AT_WEBSOCKET, "        self.rfile.read()\n"]],
  },
  {
    name: "cuts its WebSockets",
    breaks: ["stop-closes-websockets"],
    says: { "stop-closes-websockets": /without a close frame/ },
    app: [[SAYS_GOODBYE, ""]],
  },
  {
    name: "a shell that does not pass signals on",
    breaks: ["exec-form", "stops-when-idle", "stop-answers-in-flight"],
    dockerfile: [[COMMAND, 'CMD python /app/app.py; echo "ended"']],
  },
  {
    name: "a script whose trap ends it, and not what it has started",
    breaks: ["stop-answers-in-flight"],
    dockerfile: [[COMMAND, `CMD ["sh", "-c", "trap 'exit 0' TERM; python /app/app.py & wait"]`]],
  },
  {
    name: "a shell below an init",
    breaks: ["exec-form"],
    dockerfile: [underInit('sh -c \\"python /app/app.py; echo ended\\"')],
  },
  {
    name: "drops the request in flight",
    breaks: ["stop-answers-in-flight"],
    app: [["    threading.Thread(target=server.shutdown).start()", "    os._exit(0)"]],
  },
  {
    name: "drops the request in flight on a route added from outside",
    breaks: ["stop-answers-in-flight"],
    dockerfile: [
      [COMMAND, 'CMD ["python", "/app/wsgi.py"]'],
      [
        "COPY app.py wsgi.py worker.py h2.py ./",
        "COPY app.py wsgi.py worker.py h2.py ./\nRUN sed -i 's/    threading.Thread.*/    os._exit(0)/' wsgi.py",
      ],
    ],
  },
  {
    name: "answers the request in flight with 500",
    breaks: ["stop-answers-in-flight"],
    app: [
      ["    threading.Thread(target", "    server.stopping = True\n    threading.Thread(target"],
      [
        "        try:\n            self.answer(200, json.loads(body))",
        '        if getattr(server, "stopping", False):\n            self.answer(500, {})\n            return\n        try:\n            self.answer(200, json.loads(body))',
      ],
    ],
  },
  {
    name: "exits with 1 after SIGTERM",
    breaks: ["stops-when-idle", "stop-answers-in-flight"],
    app: [['print("stopped")', "sys.exit(1)"]],
  },
  ...http2Faults,
];
