/**
 * What a careful author writes for the small service of test/faults in the languages of container-structure-test and
 * goss: one file each, written for the healthy service, that knows its contract and not the fault. A command is one
 * program that the image has, no script. Where one of them cannot say a thing, it is not said.
 */

const SITE = "/opt/site/lib/python3.13/site-packages";
const ABSENT = [
  "/usr/local/bin/uv",
  "/usr/bin/gcc",
  "/usr/include/stdio.h",
  "/app/.env",
  "/root/.cache",
  "/root/.netrc",
  "/root/.ssh",
];
/** What it knows of secrets is their names. */
const SECRETS = ["API_TOKEN", "BUILD_TOKEN", "SECRET_KEY", "PASSWORD", "DATABASE_URL"];
/** Of these, nothing may be printed. */
const SILENT: Readonly<Record<string, readonly string[]>> = {
  "no setuid program of ours": ["find", "/usr/local", "/opt", "/app", "-perm", "/6000"],
  "nothing that everybody may write": [
    "find",
    "/usr/local",
    "/opt",
    "/app",
    "-perm",
    "-0002",
    "!",
    "-perm",
    "-1000",
    "!",
    "-type",
    "l",
  ],
  "no code that the service owns": ["find", "/opt", "/app", "-name", "*.py", "-user", "1001"],
  "no package lists": ["find", "/var/lib/apt/lists", "-maxdepth", "1", "-type", "f", "!", "-name", "lock"],
};
const LIBRARIES = ["find", "/opt", "/app", "-name", "*.so", "-exec", "ldd", "{}", "+"];
const PACKAGES = ["python", "-m", "pip", "list", "--path", SITE, "--format", "freeze"];

export const GREETING = "GREETING=hello";
export const TOKEN = "API_TOKEN=token-for-tests-0123456789";

const asPair = (text: string) => {
  const [key = "", value = ""] = text.split("=");
  return { key, value };
};

function commandTest(name: string, [command = "", ...args]: readonly string[], more: object) {
  return { name, command, args, ...more };
}

export const structureTest: object = {
  schemaVersion: "2.0.0",
  commandTests: [
    ...Object.entries(SILENT).map(([name, words]) => commandTest(name, words, { excludedOutput: ["."] })),
    commandTest("libraries are found", LIBRARIES, { excludedOutput: ["not found"] }),
    commandTest("the locked packages and no other", PACKAGES, { expectedOutput: ["^demo==1\\.0\\s*$"] }),
    ...[GREETING, TOKEN].map((left) =>
      commandTest(`refuses to start without ${asPair(left).key}`, ["timeout", "5", "python", "/app/app.py"], {
        envVars: [GREETING, TOKEN].filter((one) => one !== left).map(asPair),
        exitCode: 1,
        expectedError: [asPair(left).key],
      }),
    ),
    commandTest("ends well after SIGTERM", ["timeout", "--preserve-status", "-k", "3", "3", "python", "/app/app.py"], {
      envVars: [GREETING, TOKEN].map(asPair),
      exitCode: 0,
      expectedOutput: ["stopped"],
    }),
  ],
  fileExistenceTests: [
    { name: "the service", path: "/app/app.py", shouldExist: true, permissions: "-rw-r--r--", uid: 0 },
    { name: "its bytecode", path: "/app/__pycache__/app.cpython-313.pyc", shouldExist: true },
    { name: "its data", path: "/data", shouldExist: true, permissions: "drwxrwx---", uid: 1001, gid: 0 },
    ...ABSENT.map((path) => ({ name: `no ${path}`, path, shouldExist: false })),
  ],
  metadataTest: {
    user: "1001:1001",
    workdir: "/app",
    exposedPorts: ["8000"],
    unexposedPorts: ["5000"],
    entrypoint: [],
    cmd: ["python", "/app/app.py"],
    envVars: [
      { key: "PYTHONUNBUFFERED", value: "1" },
      { key: "PYTHONPATH", value: SITE },
    ],
    unboundEnvVars: SECRETS.map((key) => ({ key, value: "" })),
    labels: [
      { key: "org.opencontainers.image.title", value: "demo" },
      { key: "org.opencontainers.image.revision", value: "^[0-9a-f]{7,40}$", isRegex: true },
    ],
  },
};

const quoted = (words: readonly string[]) =>
  words.map((word) => (/^[\w./:=@%+-]+$/.test(word) ? word : `'${word}'`)).join(" ");

/** dgoss waits for this before it judges; the contract gives the service 8 seconds. */
export const gossWait: object = { http: { "http://127.0.0.1:8000/health": { status: 200, timeout: 1000 } } };

export const gossFile: object = {
  port: { "tcp:8000": { listening: true } },
  process: { python: { running: true } },
  http: {
    "http://127.0.0.1:8000/health": { status: 200, timeout: 2000, body: ["ok"] },
    "http://127.0.0.1:8000/items": { status: 200, timeout: 2000 },
  },
  file: {
    "/app/app.py": { exists: true, mode: "0644", owner: "root" },
    "/app/__pycache__/app.cpython-313.pyc": { exists: true },
    "/data": { exists: true, mode: "0770", group: "root" },
    "/proc/1/cmdline": { exists: true, contents: ["/^python/", "!/^.bin.sh/"] },
    "/proc/1/status": { exists: true, contents: ["/^Uid:\\s+1001\\s+1001/"] },
    // It runs as the image's user, who cannot look into the home of root.
    ...Object.fromEntries(ABSENT.filter((path) => !path.startsWith("/root/")).map((path) => [path, { exists: false }])),
  },
  command: {
    ...Object.fromEntries(
      Object.entries(SILENT).map(([name, words]) => [
        name,
        { exec: quoted(words), "exit-status": 0, stdout: ["!/./"], timeout: 10_000 },
      ]),
    ),
    "libraries are found": { exec: quoted(LIBRARIES), "exit-status": 0, stdout: ["!/not found/"], timeout: 10_000 },
    "the locked packages": {
      exec: quoted(PACKAGES),
      "exit-status": 0,
      stdout: ["/^demo==1\\.0$/"],
      timeout: 10_000,
    },
    "no development packages": {
      exec: quoted(PACKAGES),
      "exit-status": 0,
      stdout: ["!/^(pytest|ruff|mypy|black|coverage)==/"],
      timeout: 10_000,
    },
    ...Object.fromEntries(
      [GREETING, TOKEN].map((left) => [
        `refuses to start without ${asPair(left).key}`,
        {
          exec: `env -u ${asPair(left).key} timeout 5 python /app/app.py`,
          "exit-status": 1,
          stderr: [asPair(left).key],
          timeout: 10_000,
        },
      ]),
    ),
  },
};

/** dive's three rules; the healthy image wastes 0.1 MB at most, so a megabyte is a tight limit. */
export const diveRules = `rules:
  lowestEfficiency: 0.99
  highestWastedBytes: 1MB
  highestUserWastedPercent: 0.05
`;
