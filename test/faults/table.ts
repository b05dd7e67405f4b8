import type { Fault } from "./fault.ts";
import { besideFaults } from "./beside-faults.ts";
import { contentFaults } from "./content-faults.ts";
import { fileFaults } from "./file-faults.ts";
import { healthFaults } from "./health-faults.ts";
import { insideFaults } from "./inside-faults.ts";
import { COMMAND, podWith, underInit, USER } from "./lines.ts";
import { secretFaults } from "./secret-faults.ts";
import { stopFaults } from "./stop-faults.ts";
import { workerFaults } from "./worker-faults.ts";

const LISTENS_ON = [["server.server_close()", "threading.Event().wait(2)\nserver.server_close()"]] as const;
/** Another healthy service: its routes read no body, so the proof needs a route of its own. */
export const bodyless: Fault = {
  name: "healthy, and no route reads a body",
  breaks: [],
  keeps: ["stop-answers-in-flight", "stops-when-idle", "healthcheck-notices"],
  dockerfile: [[COMMAND, 'CMD ["python", "/app/wsgi.py"]']],
};

/** Another healthy service: the image declares its volume, so that a volume of ECS takes over the owner. */
export const declaredVolume: Fault = {
  name: "healthy, and its volume is declared",
  breaks: [],
  keeps: ["task-definition-runs", "volumes-writable", "read-only-root"],
  app: [["        return []", '        open("/data/items", "w").close()\n        return []']],
  dockerfile: [[USER, `VOLUME /data\n${USER}`]],
};

/** Another healthy service: what its init starts is the service itself. */
export const init: Fault = {
  name: "healthy, below an init",
  breaks: [],
  keeps: ["exec-form", "stops-when-idle"],
  dockerfile: [underInit("python /app/app.py")],
};

/** Another healthy service: whatever sends new connections has gone elsewhere before the signal. */
export const waitsBefore: Fault = {
  name: "listens on behind a preStop hook that waits",
  breaks: [],
  keeps: ["listener-closes"],
  app: LISTENS_ON,
  pod: podWith("lifecycle: { preStop: { sleep: { seconds: 10 } } }"),
};

/** Another healthy service: it answers before the last of it has started, and hears no signal until then. */
export const startsOn: Fault = {
  name: "healthy, and not wholly started when it answers",
  breaks: [],
  keeps: ["stop-answers-in-flight", "stops-with-idle-connections"],
  app: [
    ["def stop(number, frame):\n", "def stop(number, frame):\n    if time.process_time() < 1.5:\n        return\n"],
    [
      "server = Server",
      "import time\ndef load():\n    while time.process_time() < 1.5:\n        sum(range(1000))\nthreading.Thread(target=load).start()\nserver = Server",
    ],
  ],
};

const MUST_BE_SET = `    sys.exit(f"settings: {', '.join(missing)} must be set")`;
/** Another healthy service: what ends its start names the field of its settings model, as pydantic does. */
export const namesFields: Fault = {
  name: "healthy, and names the field that is missing",
  breaks: [],
  keeps: ["required-env"],
  app: [
    [
      MUST_BE_SET,
      '    fields = [name.lower().removeprefix("api_") for name in missing]\n    lines = [f"{field}\\n  Field required" for field in fields]\n    sys.exit("\\n".join([f"{len(fields)} validation errors for Settings", *lines]))',
    ],
  ],
};

/** Another healthy service: it may have as many processes and threads as it takes. */
export const fewProcesses: Fault = {
  name: "healthy, with a limit on its processes",
  breaks: [],
  keeps: ["processes-within-limit", "memory-within-limit"],
  limits: "pids_limit: 64",
};

/** The ways in which service images are known to break. */
export const faults: readonly Fault[] = [
  { name: "a base named by a tag", breaks: ["base-pinned"], dockerfile: [["@digest", ""]] },
  {
    name: "a model that the service does not use",
    breaks: ["size", "pull-size"],
    tight: true,
    asRoot: "RUN head -c 20000000 /dev/urandom > /opt/model.bin",
  },
  {
    name: "a slow step after the source",
    breaks: ["warm-build-time"],
    tight: true,
    asRoot: "RUN sleep {seconds}",
  },
  {
    name: "a slow step before the source",
    breaks: ["cold-build-time"],
    tight: true,
    dockerfile: [["COPY requirements.txt ./", "RUN sleep {seconds}\nCOPY requirements.txt ./"]],
  },
  {
    name: "a build number that is new each time",
    breaks: ["builds-reproducibly"],
    asRoot: "RUN cat /proc/sys/kernel/random/uuid > /app/build-id",
  },
  { name: "root user", breaks: ["non-root", "numeric-user"], dockerfile: [[USER, ""]] },
  {
    name: "user by name",
    breaks: ["numeric-user"],
    asRoot: "RUN useradd --uid 1001 app",
    dockerfile: [[USER, "USER app"]],
  },
  {
    name: "writes its folder at start",
    breaks: ["read-only-root", "arbitrary-uid"],
    asRoot: "RUN chown 1001 /app && chmod 0755 /app",
    app: [["server = Server", 'open("/app/state", "w").close()\nserver = Server']],
  },
  {
    name: "writes at a request only",
    breaks: ["read-only-root"],
    app: [["        return []", '        open("/tmp/items", "w").close()\n        return []']],
  },
  {
    name: "writes at its second request only, and hides that it failed",
    breaks: ["read-only-root", "writable-paths-declared"],
    says: { "read-only-root": /\/items \(200 → 500, asked again\)/ },
    asRoot: "RUN chown 1001 /app && chmod 0755 /app",
    app: [
      ["PATHS = {", "ASKED = []\nPATHS = {"],
      [
        "            self.answer(200, self.items())",
        '            ASKED.append(1)\n            try:\n                if len(ASKED) == 2:\n                    open("/app/items", "w").close()\n                self.answer(200, [])\n            except OSError:\n                self.answer(500, {})',
      ],
    ],
  },
  {
    name: "hides a failed write",
    breaks: ["read-only-root"],
    app: [
      [
        "server = Server",
        'try:\n    open("/tmp/cache", "w").close()\nexcept OSError as error:\n    print("no cache:", error)\nserver = Server',
      ],
    ],
  },
  {
    name: "hides a failed write before many lines",
    breaks: ["read-only-root"],
    app: [
      [
        "server = Server",
        'try:\n    open("/tmp/cache", "w").close()\nexcept OSError as error:\n    print("no cache:", error)\nfor number in range(500):\n    print("line", number)\nserver = Server',
      ],
    ],
  },
  {
    name: "calls a program that the image does not have",
    breaks: ["called-programs-present"],
    calls: "git",
  },
  {
    name: "a volume that belongs to root",
    breaks: ["volumes-writable"],
    asRoot: "RUN chown 0:0 /data && chmod 0755 /data",
  },
  {
    name: "a task definition that does not name a required variable",
    breaks: ["task-definition-runs", "task-definition-health", "task-definition-stops"],
    task: [
      [
        `,
        { "name": "GREETING", "value": "hello" }`,
        "",
      ],
    ],
  },
  {
    name: "a task definition that leaves no folder for temporary files",
    breaks: ["task-definition-runs"],
    task: [[`{ "name": "TMPDIR", "value": "/dev/shm" },`, ""]],
  },
  {
    name: "a task definition whose volume belongs to root where the service writes",
    breaks: ["task-definition-runs", "writable-paths-on-fargate"],
    app: [["        return []", '        open("/data/items", "w").close()\n        return []']],
  },
  {
    name: "a task definition with another port",
    breaks: ["task-definition-runs"],
    task: [[`"containerPort": 8000`, `"containerPort": 9000`]],
  },
  {
    name: "a task definition whose health command calls a program that the image does not have",
    breaks: ["task-definition-health"],
    says: { "task-definition-health": /it ended with 1: .*curl: not found/ },
    task: [["python -c", "curl -c"]],
  },
  {
    name: "a task definition whose command does not pass signals on",
    breaks: ["task-definition-stops"],
    task: [
      [
        `"readonlyRootFilesystem": true,`,
        `"readonlyRootFilesystem": true, "command": ["sh", "-c", "python /app/app.py; echo ended"],`,
      ],
    ],
  },
  {
    name: "listens on and accepts no more",
    breaks: ["listener-closes"],
    app: LISTENS_ON,
    pod: podWith(""),
  },
  {
    name: "takes more memory than it is given",
    breaks: ["memory-within-limit"],
    app: [["        return []", '        server.ballast = b"x" * 400_000_000\n        return []']],
  },
  {
    name: "starts more threads than it may have",
    breaks: ["processes-within-limit"],
    limits: "pids_limit: 20",
    says: { "processes-within-limit": /With 20 processes and threads \(compose\.yaml:2\).*\/items/ },
    app: [
      [
        "        return []",
        "        threads = [threading.Thread(target=server.ending.wait, args=[1]) for _ in range(30)]\n        for thread in threads:\n            thread.start()\n        return []",
      ],
    ],
  },
  {
    name: "gives up with a quarter of a processor",
    breaks: ["starts-with-little-cpu"],
    app: [
      [
        "server = Server",
        "import time\npatience = threading.Timer(4, os._exit, [3])\npatience.start()\nwhile time.process_time() < 2:\n    pass\npatience.cancel()\nserver = Server",
      ],
    ],
  },
  ...stopFaults,
  {
    name: "logs to a file",
    breaks: ["logs-on-streams"],
    asRoot: "RUN mkdir /app/logs && chown 1001 /app/logs",
    app: [["        print(text % args)", '        print(text % args, file=open("/app/logs/app.log", "a"))']],
  },
  {
    name: "logs to a file in a volume",
    breaks: ["logs-on-streams"],
    asRoot: "RUN install -d -o 1001 /var/log/demo",
    app: [["        print(text % args)", '        print(text % args, file=open("/var/log/demo/app.log", "a"))']],
    atEnd: "VOLUME /var/log/demo",
  },
  {
    name: "buffered stdout",
    breaks: ["logs-prompt"],
    dockerfile: [["ENV PYTHONUNBUFFERED=1", "ENV PYTHONUNBUFFERED="]],
  },
  {
    name: "buffered stdout beside a prompt stderr",
    breaks: ["logs-prompt"],
    dockerfile: [["ENV PYTHONUNBUFFERED=1", "ENV PYTHONUNBUFFERED="]],
    app: [["server = Server", 'print("starting", file=sys.stderr)\nserver = Server']],
  },
  { name: "starts without a required variable", breaks: ["required-env"], app: [["if missing:", "if False:"]] },
  {
    name: "exits with 0 without a required variable",
    breaks: ["required-env"],
    app: [['    sys.exit(f"settings: ', '    sys.exit(0)\n    print(f"settings: ']],
  },
  {
    name: "does not name the missing variable",
    breaks: ["required-env"],
    app: [[MUST_BE_SET, '    sys.exit("bad settings")']],
  },
  {
    name: "says a word of the missing variable, and not its field",
    breaks: ["required-env"],
    says: { "required-env": /without API_TOKEN it exited with 1 and did not name it/ },
    app: [[MUST_BE_SET, '    sys.exit("settings: no token was valid" if "API_TOKEN" in missing else missing[0])']],
  },
  ...contentFaults,
  ...healthFaults,
  {
    name: "files that only one uid can read",
    breaks: ["arbitrary-uid"],
    asRoot: "RUN chown -R 1001:1001 /app && chmod 0700 /app",
  },
  {
    name: "needs a capability",
    breaks: ["no-capabilities"],
    dockerfile: [[USER, "USER 0"]],
    app: [["server = Server", 'os.chown("/opt", 5, 5)\nserver = Server']],
  },
  {
    name: "needs a capability as root, and none as anybody else",
    breaks: ["no-capabilities"],
    dockerfile: [[USER, "USER 0"]],
    app: [["server = Server", 'if os.getuid() == 0:\n    os.chown("/opt", 5, 5)\nserver = Server']],
  },
  {
    name: "asks the network before it listens",
    breaks: ["no-network-needed"],
    app: [
      [
        "server = Server",
        'import socket\nsocket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(("192.0.2.1", 53))\nserver = Server',
      ],
    ],
  },
  {
    name: "exits at once",
    breaks: ["becomes-healthy", "start-time"],
    app: [["server = Server", "sys.exit(3)\nserver = Server"]],
  },
  {
    name: "a program that is not in the image",
    breaks: ["becomes-healthy", "start-time"],
    dockerfile: [[COMMAND, 'CMD ["uvicorn", "app:app"]']],
  },
  {
    name: "starts too slowly",
    breaks: ["start-time"],
    app: [["server = Server", "import time; time.sleep(9)\nserver = Server"]],
  },
  ...fileFaults,
  ...insideFaults,
  ...workerFaults,
  ...secretFaults,
  ...besideFaults,
];
