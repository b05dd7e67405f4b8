/** Pairs of checks as a team writes them: the first holds of the image, the second is the same with a fault in it. */
export interface UserCheckPair {
  readonly name: string;
  readonly holds: object;
  readonly broken: object;
}

const http = (more: object) => ({ http: { path: "/items", ...more } });
const command = (script: string, more: object) => ({ command: { run: ["python", "-c", script], ...more } });
const file = (more: object) => ({ file: { path: "/app/settings.toml", ...more } });

export const userCheckPairs: readonly UserCheckPair[] = [
  { name: "HTTP status", holds: http({ status: 200 }), broken: http({ status: 404 }) },
  { name: "HTTP body", holds: http({ contains: "first" }), broken: http({ contains: "second" }) },
  { name: "HTTP pattern", holds: http({ matches: '"id": \\d' }), broken: http({ matches: '"id": \\D\\D' }) },
  { name: "HTTP text that must not be there", holds: http({ lacks: "trace" }), broken: http({ lacks: "first" }) },
  { name: "HTTP JSON value", holds: http({ json: { "0.id": 1 } }), broken: http({ json: { "0.id": 2 } }) },
  {
    name: "HTTP method, header and body",
    holds: {
      http: { method: "POST", path: "/echo", headers: { "x-who": "me" }, body: "hello", contains: "me: hello" },
    },
    broken: {
      http: { method: "POST", path: "/echo", headers: { "x-who": "you" }, body: "hello", contains: "me: hello" },
    },
  },
  { name: "exit code", holds: command("exit(3)", { exit: 3 }), broken: command("exit(3)", { exit: 0 }) },
  {
    name: "stdout",
    holds: command("print('ok 1')", { stdout: { matches: "^ok \\d$" } }),
    broken: command("print('no')", { stdout: { matches: "^ok \\d$" } }),
  },
  {
    name: "stderr",
    holds: command("import sys; print('w', file=sys.stderr)", { stderr: { contains: "w" }, stdout: { lacks: "w" } }),
    broken: command("print('w')", { stderr: { contains: "w" } }),
  },
  {
    name: "a program that is there",
    holds: { command: { run: ["python", "--version"] } },
    broken: { command: { run: ["no-such-program"] } },
  },
  {
    name: "no capability",
    holds: command("print(open('/proc/self/status').read())", { stdout: { matches: "CapBnd:\\s+0+\\n" } }),
    broken: command("import os; os.setuid(0)", {}),
  },
  { name: "file is there", holds: file({}), broken: file({ exists: false }) },
  {
    name: "file is absent",
    holds: { file: { path: "/nowhere", exists: false } },
    broken: { file: { path: "/nowhere" } },
  },
  { name: "mode", holds: file({ mode: "0640" }), broken: file({ mode: "0644" }) },
  { name: "mode in letters", holds: file({ mode: "-rw-r-----" }), broken: file({ mode: "-rw-r--r--" }) },
  { name: "owner", holds: file({ owner: "1001:0" }), broken: file({ owner: "0:0" }) },
  { name: "content", holds: file({ contains: "level = 3" }), broken: file({ lacksMatch: "level = \\d" }) },
  {
    name: "content behind a link",
    holds: { file: { path: "/app/link", contains: "level" } },
    broken: { file: { path: "/app/link", contains: "other" } },
  },
  {
    name: "log line",
    holds: { log: { matches: "listening on \\d+", stream: "stdout", within: 30 } },
    broken: { log: { contains: "never said", within: 1 } },
  },
  {
    name: "log line on its stream",
    holds: { log: { contains: "a warning", stream: "stderr", within: 30 } },
    broken: { log: { contains: "a warning", stream: "stdout", within: 1 } },
  },
  {
    name: "environment variable",
    holds: { env: { name: "MODE", value: "fast" } },
    broken: { env: { name: "MODE", value: "slow" } },
  },
  {
    name: "absent environment variable",
    holds: { env: { name: "DEBUG", absent: true } },
    broken: { env: { name: "MODE", absent: true } },
  },
];

/** Files of container-structure-test with the same tests, of which all hold and none. */
export const structureTests = {
  holds: `schemaVersion: "2.0.0"
globalEnvVars: [{ key: GREETING, value: "hello" }]
commandTests:
  - name: sees what setup made
    setup: [["python", "-c", "open('/tmp/made', 'w').write('made')"]]
    command: python
    args: ["-c", "import os; print(open('/tmp/made').read(), os.environ['GREETING'])"]
    expectedOutput: ["^made hello\\n$"]
    excludedError: [".+"]
  - { name: expands, command: echo, args: ["$MODE"], expectedOutput: ["fast"], excludedOutput: ["slow"] }
fileExistenceTests:
  - { name: settings, path: /app/settings.toml, permissions: "-rw-r-----", uid: 1001, gid: 0 }
  - { name: folder, path: /app, permissions: drwxr-xr-x, isExecutableBy: other }
  - { name: nothing, path: /nowhere, shouldExist: false }
fileContentTests:
  - { name: level, path: /app/settings.toml, expectedContents: ["level = \\\\d"], excludedContents: ["debug"] }
metadataTest:
  envVars: [{ key: MODE, value: "^f", isRegex: true }]
  unboundEnvVars: [{ key: DEBUG }]
  labels: [{ key: team, value: pictures }]
  exposedPorts: ["8000"]
  unexposedPorts: ["22"]
  volumes: [/data]
  cmd: [python, /app/app.py]
  workdir: /app
  user: "1001:1001"
licenseTests: [{ debian: false, files: [/app/copyright] }]
`,
  broken: `schemaVersion: "2.0.0"
commandTests:
  - { name: output, command: echo, args: [hello], expectedOutput: ["^bye"] }
  - { name: code, command: "false" }
  - { name: error, command: python, args: ["-c", "import nothing"], exitCode: 1, excludedError: ["nothing"] }
fileExistenceTests:
  - { name: settings, path: /app/settings.toml, permissions: "-rw-r--r--" }
  - { name: owner, path: /app/settings.toml, uid: 0 }
  - { name: program, path: /app/settings.toml, isExecutableBy: any }
  - { name: nothing, path: /nowhere }
fileContentTests:
  - { name: level, path: /app/settings.toml, excludedContents: ["level"] }
  - { name: nothing, path: /nowhere }
metadataTest: { user: "0" }
licenseTests: [{ debian: false, files: [/app/agpl] }]
`,
};
