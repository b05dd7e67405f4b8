/** What `seaworthy init` writes: every key, switched off, with what it does. */
export const CONFIG_TEMPLATE = `# yaml-language-server: $schema=.seaworthy/seaworthy.schema.json
# Configuration of seaworthy. Every key is optional.

# The Dockerfile of the image that ships today, relative to this folder.
# dockerfile: Dockerfile

# Where the reworked Dockerfile goes. The same path as above: it replaces it, after a backup.
# output: Dockerfile.prod

# Files that must stay exactly as they are.
# keep: [Dockerfile]

# Base image family of the reworked image; \`seaworthy rework --help\` lists them.
# profile: debian-slim

# Stage of the present Dockerfile that ships, when it is not the last one, and its build arguments.
# target: production
# buildArgs: { VERSION: "1.2.3" }

# Secrets that its Dockerfiles mount (\`RUN --mount=type=secret,id=index\`), by id: a file, relative to this folder, or the
# name of a variable that is set where seaworthy runs. Never a value. An id that is not named here gets a random text.
# buildSecrets: { index: { env: INDEX_TOKEN }, pip-conf: { file: ../pip.conf } }

# Values of the service's variables while its image is proven. Do not put real secrets here.
# env: { LOG_LEVEL: info }

# What the service needs to talk to while it is proven; started for the proof, ready before the service, and thrown away.
# \`compose\` in place of the list: all that it needs of its Compose file. In the list: names of Compose services, and
# programs of your own, with an \`image\` or a folder to \`build\`, the \`port\` they listen on, the \`health\` path that
# answers once they are ready, and \`env\`. \`{name}\` in a value of the service's \`env\` is their address and port.
# sidecars:
#   - db
#   - { name: aws, build: ../aws-stand-in, port: 5555, health: /exports }

# Compose files, the later laid over the earlier; they may lie outside this folder. Without this key, those that Compose
# itself reads.
# composeFiles: [deploy/compose.yaml]

# Roles of the image beside its web server's. A task ends with 0 \`within\` so many seconds; a worker says \`ready\`, works
# on, and ends by SIGTERM within its \`grace\`; a server answers \`health\` on its \`port\`. What is left out comes from the
# Compose service, or the Procfile's line, of that name. \`today\` is the command on today's image, where it is another.
# roles:
#   - { name: migrate, kind: task, command: [alembic, upgrade, head], today: uv run alembic upgrade head, within: 60 }
#   - { name: worker, kind: worker, command: celery -A app worker, ready: "celery@.* ready", grace: 20 }
#   - { name: admin, kind: server, command: flask --app admin run --port 9000, port: 9000, health: /health }

# What the image is where nobody asks it on a port: a worker keeps running, a task ends with 0. Of an existing image that
# names no port it is looked at, unless this says it.
# kind: worker

# The ECS task definition that the image ships with, as JSON or in a template that \`cdk synth\` wrote; it may lie outside
# this folder. The image is proven under its rules. Without this key, one that git tracks here is taken.
# taskDefinition: ../cdk/cdk.out/Service.template.json

# Checks of the team's own, judged like the catalogue's. Each has a name and one of http, command, file, log, env.
# checks:
#   - { name: lists items, http: { path: /items, status: 200, json: { "0.id": 1 } } }
#   - { name: has our tool, command: { run: [our-tool, --version], stdout: { contains: "2." } } }
#   - { name: keeps its settings, file: { path: /app/settings.toml, mode: "0644", owner: "0:0", contains: "[app]" } }
#   - { name: says that it listens, log: { matches: "listening on .*:8000", within: 5 } }
#   - { name: writes lines at once, env: { name: PYTHONUNBUFFERED, value: "1" } }

# A route that takes some seconds: the image is stopped while it is in flight. Without this key a route that reads a body
# is found, or one is added from outside.
# drain: { path: "/reports/slow?seconds=3", method: GET }

# Where a WebSocket is opened: it is open when the image is stopped. Without this key the routes of the code are tried.
# websocket: { path: "/ws?room=1", headers: { Authorization: "Bearer for-the-proof" } }

# Files of container-structure-test, read as they are.
# structureTests: [tests/structure.yaml]

# Choices of the team, by decision; they win over the planner's, and the report says so. Some have fields: base (python,
# image), user (uid, gid), uv (version), sync (groups, extras), tests (command, lint, copies), steps (run, makes: commands of
# the build, and the folders below the working directory that they fill). The others have one value:
# workdir and health (a path), ports (a number), command (a list, or the name of a server that the lock has), copies,
# packages and writable (lists), environment and labels (tables).
# decisions:
#   user: { uid: 1001 }
#   command: [gunicorn, "shop.wsgi:application"]    # where a script or Compose starts the service
#   health: /ping                                   # a path that answers 200, where the code does not show one
#   writable: [/app/uploads]
#   packages: [ffmpeg]                              # of the distribution, in place of those that were found
#   steps: { run: ["python manage.py compilemessages"], makes: [staticfiles] }   # \`[]\`: today's are not needed

# Limits of the checks, in seconds: startSeconds (30 unless told), warmBuildSeconds (60), coldBuildSeconds (600),
# graceSeconds (until a stopped service is killed: what Compose, Kubernetes or ECS give, else 10); and sizeRatio (after /
# before; 1.05).
# limits: { startSeconds: 30, sizeRatio: 0.7 }

# Severity of rules (error, warning, note), by id; other tools' ids are understood. \`seaworthy explain ID\` knows them.
# severity: { logs-to-file: error, DL3057: note }

# Rules that are off, each with its reason; \`file\` for one file only, \`until\` for the last day on which it holds.
# One place is better ignored there: \`# seaworthy ignore=rule-id reason="…"\`.
# ignore:
#   - { rule: base-floating-tag, reason: "our bot moves it" }
#   - { rule: runs-as-root, file: Dockerfile.dev, until: "2027-03-31", reason: "only on developers' machines" }

# Checks that may fail or stay unproven, each with its reason; \`until\` for the last day on which that holds. They are
# shown as accepted, never as passed.
# accept:
#   - { check: labelled, reason: "our platform labels images when it deploys them" }

# Severity of checks (error, warning, note), by id, and the least that fails a run where a check fails or is unproven.
# What is below is shown as it is, and does not make the exit code 1.
# checkSeverity: { size: error, labelled: note }
# checkFailOn: warning

# The least severity of a finding that makes \`analyze\` end with 1: error, warning, note, never.
# failOn: error

# Old findings that are not reported; written by \`seaworthy analyze --write-baseline\`.
# baseline: seaworthy.baseline.json

# The version whose rules may fail: what later ones brought or widened is a note.
# rulesSince: 0.1.0

# Whether what .hadolint.yaml ignores and overrides counts here, too.
# hadolint: false
`;
