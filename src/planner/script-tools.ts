const D = "$";

/** Bash: cleaning up, telling results, starting containers and asking them. Nothing in it depends on the service. */
export const scriptTools: string = String.raw`
run="verify-prod-$$"
label="verify-prod=$run"
scratch=$(mktemp -d)
built=''
beside=''
network=()
passed=0
failed=0
open=0

# Runs on every way out; every name it uses has a value by now.
cleanup() {
  local status=$?
  trap - EXIT INT TERM
  docker ps -aq --filter "label=$label" | while read -r id; do docker rm -fv "$id" >/dev/null 2>&1 || true; done
  docker network ls -q --filter "label=$label" | while read -r id; do docker network rm "$id" >/dev/null 2>&1 || true; done
  # shellcheck disable=SC2086 # One word for each image.
  if [ -n "$built$beside" ]; then docker rmi -f $built $beside >/dev/null 2>&1 || true; fi
  rm -rf "$scratch"
  exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

pass() { passed=$((passed + 1)); printf 'pass      %s\n' "$1"; }
fail() { failed=$((failed + 1)); printf 'FAIL      %s\n' "$1"; }
unproven() { open=$((open + 1)); printf 'unproven  %s\n' "$1"; }

# start OPTION...: a container of the image, read-only and without rights.
start() {
  docker run --label "$label" --read-only "${D}{writable[@]+"${D}{writable[@]}"}" --cap-drop ALL \
    --security-opt no-new-privileges "${D}{network[@]+"${D}{network[@]}"}" "$@"
}

# container NAME ENV_FILE: the image as it starts, its port on one that is free. Prints nothing.
container() {
  local ports=()
  if [ -n "$port" ]; then ports=(-p "127.0.0.1::$port"); fi
  start -d --name "$run-$1" --env-file "$2" "${D}{ports[@]+"${D}{ports[@]}"}" "$image" >/dev/null
}

# published NAME [PORT]: the port on this machine that the engine chose.
published() { docker port "$run-$1" "${D}{2:-$port}/tcp" | head -n 1 | sed 's/.*://'; }

# status_of PORT PATH: the status code of a GET.
status_of() (
  exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 1
  printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' "$2" >&3
  IFS=' ' read -r -t 5 _ code _ <&3 || exit 1
  printf '%s' "$code"
) 2>/dev/null

running() { [ "$(docker inspect --format '{{.State.Running}}' "$run-$1")" = true ]; }

# answers NAME: waits until the health route answers 200.
answers() {
  local until=$((SECONDS + start_within))
  local host_port
  host_port=$(published "$1") || return 1
  while [ "$SECONDS" -lt "$until" ] && running "$1"; do
    if [ "$(status_of "$host_port" "$health_path" || true)" = 200 ]; then return 0; fi
    sleep 0.2
  done
  return 1
}

show_log() { docker logs --tail 20 "$run-$1" 2>&1 | sed 's/^/          | /'; }

in_image() { docker run --rm -i --label "$label" --entrypoint python "$image" -I - "$@"; }
`;
