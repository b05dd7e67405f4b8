import { shellWord } from "../kit/shell-word.ts";
import type { Contract, Ready, Role, StackSidecar, StackStep } from "../model/types.ts";

/** What the script starts beside the image, as the proof does. */
export interface ScriptBeside {
  /** Folders of builds are relative to the service's. */
  readonly steps: readonly StackStep[];
  readonly roles: readonly Role[];
  /** The contract's variables, with addresses and accounts of what runs beside the image. */
  readonly env: Contract["env"];
  /** What the service names and nobody starts, each in words. */
  readonly notStarted: readonly string[];
}

/** Bash: starts what the service talks to, and waits until it is ready. */
const TOOLS = String.raw`
# What the service talks to runs beside it, on a network of its own, under its name.
docker network create --label "$label" "$run" >/dev/null
network=(--network "$run")

# sidecar NAME OPTION... IMAGE [WORD...]
sidecar() {
  docker run -d --name "$run-$1" --label "$label" --security-opt no-new-privileges --network "$run" --network-alias "$1" \
    "${"$"}{@:2}" >/dev/null
}

# The engine's proxy accepts before anything listens, and hangs up at once.
accepts() (
  exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 1
  IFS= read -r -t 0.3 -n 1 _ <&3 || [ "$?" -gt 128 ]
)
is_ready() {
  case $2 in
    health) [ "$(docker inspect --format '{{.State.Health.Status}}' "$run-$1")" = healthy ] ;;
    end) [ "$(timeout 120 docker wait "$run-$1")" = 0 ] ;;
    answer) [[ $(status_of "$(published "$1" "$3")" "$4") == 2?? ]] ;;
    port) accepts "$(published "$1" "$3")" ;;
    command) docker exec "$run-$1" "${"$"}{@:3}" ;;
  esac
}

# ready NAME HOW...: waits until it is.
ready() {
  local until=$((SECONDS + 120))
  until is_ready "$@" >/dev/null 2>&1; do
    if [ "$SECONDS" -ge "$until" ] || ! running "$1"; then
      show_log "$1"
      echo "$1 is not ready" >&2
      exit 1
    fi
    sleep 0.2
  done
}
`;

/** The lines that start it; without any, those that say what stays unproven. */
export function sidecarLines({ steps, roles, notStarted }: ScriptBeside): readonly string[] {
  const missing = notStarted.map(
    (text) => `unproven ${shellWord(`what it does with ${text} (nothing is started beside it)`)}`,
  );
  const tasks = steps.flatMap((step) => (step.kind === "task" ? roles.filter(({ name }) => name === step.role) : []));
  const sidecars = steps.flatMap((step) => (step.kind === "sidecar" ? [step.sidecar] : []));
  if (sidecars.length === 0) return missing.length === 0 ? [] : [...missing, ""];
  return [
    ...TOOLS.trim().split("\n"),
    ...sidecars.flatMap(startLines),
    ...(tasks.length === 0 ? [] : ["tasks() {", ...tasks.flatMap(taskLines), "}"]),
    ...missing,
    "",
  ];
}

function startLines(sidecar: StackSidecar): readonly string[] {
  const { name, build, ready, image = "" } = sidecar;
  const words = [...(sidecar.entrypoint?.slice(1) ?? []), ...(sidecar.command ?? [])].map(shellWord);
  const tag = build === undefined ? shellWord(image) : `"$run-${name}"`;
  return [
    ...(build === undefined ? [] : buildLines(name, build)),
    ["sidecar", shellWord(name), ...optionsOf(sidecar), tag, ...words].join(" "),
    ...ready.map((one) => `ready ${shellWord(name)} ${howReady(one)}`),
  ];
}

function buildLines(
  name: string,
  { context, dockerfile, target }: NonNullable<StackSidecar["build"]>,
): readonly string[] {
  const stage = target === undefined ? "" : ` --target ${shellWord(target)}`;
  return [
    `beside="$beside $run-${name}"`,
    "# shellcheck disable=SC2086 # BUILD_FLAGS holds several words.",
    `DOCKER_BUILDKIT=1 docker build -q \${BUILD_FLAGS:-}${stage} -f ${shellWord(dockerfile)} -t "$run-${name}" ${shellWord(context)} >/dev/null`,
  ];
}

function optionsOf({ entrypoint, user, env, volumes, tmpfs, ready }: StackSidecar): readonly string[] {
  const [program] = entrypoint ?? [];
  return [
    ...(program === undefined ? [] : ["--entrypoint", shellWord(program)]),
    ...(user === undefined ? [] : ["--user", shellWord(user)]),
    ...variables(env),
    ...volumes.flatMap((path) => ["-v", shellWord(path)]),
    ...tmpfs.flatMap((path) => ["--tmpfs", shellWord(path)]),
    ...ready.flatMap(optionsFor),
  ];
}

const variables = (env: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(env).flatMap(([key, value]) => ["-e", shellWord(`${key}=${value}`)]);

function optionsFor(ready: Ready): readonly string[] {
  if (ready.kind === "port" || ready.kind === "http") return ["-p", `127.0.0.1::${ready.port}`];
  if (ready.kind !== "healthcheck") return [];
  const [kind, ...words] = ready.test ?? [];
  const command = kind === "CMD-SHELL" ? words.join(" ") : words.map(shellWord).join(" ");
  const times = ["--health-interval", "1s", "--health-retries", "1000"];
  return [...(kind === undefined ? [] : ["--health-cmd", shellWord(command)]), ...times];
}

function howReady(ready: Ready): string {
  if (ready.kind === "ends") return "end";
  if (ready.kind === "healthcheck") return "health";
  if (ready.kind === "port") return `port ${ready.port}`;
  if (ready.kind === "http") return `answer ${ready.port} ${shellWord(ready.path)}`;
  return ["command", ...ready.argv.map(shellWord)].join(" ");
}

/** A task of the image itself, which the service waits for. */
function taskLines({ name, commands, env }: Role): readonly string[] {
  const { entrypoint, command } = commands[0] ?? { command: [] };
  const options = [
    ...(entrypoint === undefined ? [] : ["--entrypoint", shellWord(entrypoint[0] ?? "")]),
    ...variables(env),
  ];
  const words = [...(entrypoint?.slice(1) ?? []), ...command].map(shellWord);
  const run = ["start", "--rm", "--env-file", '"$scratch/env"', ...options, '"$image"', ...words].join(" ");
  const said = shellWord(`${name} ends with 0`);
  return [
    `  if ${run} >"$scratch/task.log" 2>&1; then`,
    `    pass ${said}`,
    "  else",
    `    tail -n 20 "$scratch/task.log" | sed 's/^/          | /'`,
    `    fail ${said}`,
    "    exit 1",
    "  fi",
  ];
}
