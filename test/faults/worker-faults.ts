import type { Fault } from "./fault.ts";
import { WORKER } from "./lines.ts";

const SIGNAL = "signal.signal(signal.SIGTERM, lambda number, frame: ending.set())";
const SAYS = 'print("waiting for work")';
/** As a well-known worker says it, so that its silence need not be waited for. */
const READY = 'print("celery@demo ready.")';
const LOOP = "while not ending.wait(0.5):";

/** How workers and tasks break, whom nobody asks anything. */
export const workerFaults: readonly Fault[] = [
  {
    name: "a worker that ignores its stop signal",
    kind: "worker",
    breaks: ["stops-when-idle"],
    worker: [[SIGNAL, "signal.signal(signal.SIGTERM, signal.SIG_IGN)"]],
  },
  {
    name: "a worker that ends at once",
    kind: "worker",
    breaks: ["becomes-healthy"],
    says: { "becomes-healthy": /ended by itself with exit code 3/ },
    worker: [[SAYS, "sys.exit(3)"]],
  },
  {
    name: "a worker that ends some seconds after it was at work",
    kind: "worker",
    breaks: ["stays-up"],
    says: { "stays-up": /ended by itself with code 3/ },
    worker: [[SAYS, `${READY}\nthreading.Timer(4, os._exit, [3]).start()`]],
  },
  {
    name: "a worker that writes outside the writable paths",
    kind: "worker",
    breaks: ["read-only-root", "writable-paths-declared"],
    worker: [[SAYS, `open("/tmp/state", "w").close()\n${SAYS}`]],
  },
  {
    name: "a worker that hides a failed write",
    kind: "worker",
    breaks: ["read-only-root"],
    says: { "read-only-root": /a write failed/ },
    worker: [
      [
        SAYS,
        `try:\n    open("/tmp/state", "w").close()\nexcept OSError as error:\n    print("no state:", error)\n${SAYS}`,
      ],
    ],
  },
  {
    name: "a worker that prints its settings",
    kind: "worker",
    breaks: ["running-log-keeps-secrets"],
    worker: [[SAYS, 'print("settings:", dict(os.environ))']],
  },
  {
    name: "a worker that needs a network to begin",
    kind: "worker",
    breaks: ["no-network-needed"],
    worker: [[SAYS, `if len(open("/proc/net/route").readlines()) < 2:\n    sys.exit("no network")\n${SAYS}`]],
  },
  {
    name: "a worker that only its own user can run",
    kind: "worker",
    breaks: ["arbitrary-uid"],
    worker: [[SAYS, `if os.getuid() != 1001:\n    sys.exit("who is that?")\n${SAYS}`]],
  },
  {
    name: "a worker that needs a capability",
    kind: "worker",
    breaks: ["no-capabilities"],
    // Of root, since another user has none that could be taken.
    dockerfile: [["USER 1001:1001", "USER 0:0"]],
    worker: [[SAYS, `os.chown("/data", 1002, 0)\n${SAYS}`]],
  },
  {
    name: "a worker behind a shell",
    kind: "worker",
    breaks: ["exec-form", "stops-when-idle"],
    dockerfile: [[WORKER, 'CMD python /app/worker.py; echo "ended"']],
  },
  {
    name: "a worker that holds its log back",
    kind: "worker",
    breaks: ["logs-prompt"],
    dockerfile: [["ENV PYTHONUNBUFFERED=1", "ENV DEMO=1"]],
  },
  {
    name: "a task that ends badly",
    kind: "task",
    breaks: ["becomes-healthy"],
    says: { "becomes-healthy": /ended with exit code 3/ },
    worker: [[LOOP, "sys.exit(3)\nwhile False:"]],
  },
  {
    name: "a task that does not end",
    kind: "task",
    breaks: ["becomes-healthy"],
    says: { "becomes-healthy": /still ran/ },
  },
  {
    name: "a task that prints its settings",
    kind: "task",
    breaks: ["running-log-keeps-secrets"],
    worker: [[LOOP, "print(dict(os.environ))\nwhile False:"]],
  },
];

const worker: Fault = {
  name: "healthy, and a worker",
  kind: "worker",
  breaks: [],
  keeps: [
    "becomes-healthy",
    "stays-up",
    "stops-when-idle",
    "exec-form",
    "non-root",
    "logs-prompt",
    "logs-on-streams",
    "read-only-root",
    "writable-paths-declared",
    "volumes-writable",
    "no-capabilities",
    "arbitrary-uid",
    "no-network-needed",
    "running-log-keeps-secrets",
    "log-keeps-secrets",
    "required-env",
    "required-env-known",
    "memory-within-limit",
  ],
  limits: "mem_limit: 256m",
};

const talkative: Fault = {
  name: "healthy, and a worker that goes on talking",
  kind: "worker",
  breaks: [],
  keeps: ["becomes-healthy", "stays-up", "stops-when-idle", "read-only-root"],
  worker: [["    done += 1", '    done += 1\n    print("working", done)']],
};

const task: Fault = {
  name: "healthy, and a task",
  kind: "task",
  breaks: [],
  keeps: [
    "becomes-healthy",
    "read-only-root",
    "writable-paths-declared",
    "no-capabilities",
    "arbitrary-uid",
    "no-network-needed",
    "logs-on-streams",
    "running-log-keeps-secrets",
    "log-keeps-secrets",
    "required-env",
  ],
  worker: [[LOOP, "while done < 2:"]],
};

export const workerTwins: readonly Fault[] = [worker, talkative, task];
