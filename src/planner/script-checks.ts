const D = "$";

/** Bash: the promises, one after the other. What differs between services is in the variables at the top of the script. */
export const scriptChecks: string = String.raw`
# 1. It builds, from tracked files only: what git ignores is in no other build either.
image=${D}{IMAGE:-}
if [ -z "$image" ]; then
  mkdir "$scratch/context"
  git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
    if [ -e "$file" ]; then cp --parents -p "$file" "$scratch/context/"; fi
  done
  image="$tag:$run"
  built=$image
  # shellcheck disable=SC2086 # BUILD_FLAGS holds several words.
  if DOCKER_BUILDKIT=1 docker build ${D}{BUILD_FLAGS:-} --progress=plain -f "$scratch/context/$dockerfile" -t "$image" \
    "$scratch/context/$context" >"$scratch/build.log" 2>&1; then
    pass 'the image builds'
  else
    tail -n 50 "$scratch/build.log"
    fail 'the image builds'
    exit 1
  fi
fi

# What has to run to its end before the service starts.
if [ "$(type -t tasks)" = function ]; then tasks; fi

# 2. It starts read-only and without rights, and answers.
container main "$scratch/env"
if [ -z "$health_path" ]; then
  sleep 3
  if running main; then pass 'it keeps running'; else show_log main; fail 'it keeps running'; fi
elif answers main; then
  pass "GET $health_path answers 200 within $start_within s, on a read-only root filesystem"
else
  show_log main
  fail "GET $health_path answers 200 within $start_within s, on a read-only root filesystem"
fi

# 3. No process has the rights of root, and USER is a number.
if [ "$(docker image inspect --format '{{.Config.User}}' "$image")" = "$user" ]; then
  pass "USER is $user"
else
  fail "USER is $user"
fi
uids=$(docker exec "$run-main" python -I -c 'import glob
print(*sorted({line.split()[2] for name in glob.glob("/proc/[0-9]*/status") for line in open(name) if line.startswith("Uid:")}))' || true)
if [ "$uids" = "$uid" ]; then pass "every process runs as $uid"; else fail "every process runs as $uid (seen: $uids)"; fi

# 4. Logs go to standard output and standard error.
if [ -n "$(docker logs "$run-main" 2>&1 | head -n 1)" ]; then
  pass 'log lines reach the engine'
else
  fail 'log lines reach the engine'
fi

# 5. The image's own probe reports healthy.
if [ "$healthy_within" -gt 0 ]; then
  until=$((SECONDS + healthy_within))
  state=starting
  while [ "$SECONDS" -lt "$until" ] && [ "$state" = starting ]; do
    sleep 0.5
    state=$(docker inspect --format '{{if .State.Health}}{{.State.Health.Status}}{{else}}none{{end}}' "$run-main")
  done
  if [ "$state" = healthy ]; then pass 'HEALTHCHECK reports healthy'; else fail "HEALTHCHECK reports healthy (seen: $state)"; fi
fi

# 6. SIGTERM with a request in flight: it is answered. The server says "100 Continue" when the service waits for the body.
drain() {
  local line='' code=''
  exec 4<>"/dev/tcp/127.0.0.1/$(published main)"
  printf '%s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n' "$body_route" >&4
  IFS= read -r -t 5 line <&4 || true
  case $line in
    'HTTP/1.1 100'*) ;;
    *)
      unproven "a request in flight is answered after SIGTERM ($body_route did not wait for its body)"
      return
      ;;
  esac
  docker stop -t "$grace" "$run-main" >/dev/null &
  sleep 1
  printf '{}' >&4
  while IFS=' ' read -r -t "$grace" line code _ <&4; do
    case $line in HTTP/*) break ;; esac
    code=''
  done
  wait "$!" || true
  exec 4>&-
  case $code in
    2?? | 3?? | 4??) pass "a request in flight is answered after SIGTERM ($code)" ;;
    5??) unproven "a request in flight is answered after SIGTERM (with $code, which may be the service's own)" ;;
    *) fail 'a request in flight is answered after SIGTERM (the connection was cut)' ;;
  esac
  stopped
}
stopped() {
  local exit_code
  exit_code=$(docker inspect --format '{{.State.ExitCode}}' "$run-main")
  case $exit_code in
    0 | 143) pass "it stops by itself within $grace s (exit code $exit_code)" ;;
    *) fail "it stops by itself within $grace s (exit code $exit_code)" ;;
  esac
}
if [ -z "$port" ]; then
  docker stop -t "$grace" "$run-main" >/dev/null
  stopped
elif ! running main; then
  unproven 'a request in flight is answered after SIGTERM (the container does not run)'
elif [ -z "${D}{body_route#* }" ]; then
  unproven 'a request in flight is answered after SIGTERM (no route reads a body)'
else
  drain
fi

# 7. Without a required variable it does not start, and says which one is missing.
for name in $required; do
  grep -v "^$name=" "$scratch/env" >"$scratch/env.without" || true
  container "without-$name" "$scratch/env.without"
  code=$(timeout "$start_within" docker wait "$run-without-$name" || echo running)
  if [ "$code" = running ] || [ "$code" = 0 ]; then
    fail "without $name it refuses to start (seen: $code)"
  elif docker logs "$run-without-$name" 2>&1 | grep -qi -- "$name"; then
    pass "without $name it refuses to start and names it"
  else
    fail "without $name it refuses to start and names it (exit code $code, but the log does not name it)"
  fi
  docker rm -f "$run-without-$name" >/dev/null
done

# 8. Nothing that only development needs is in the image.
# shellcheck disable=SC2086 # One word for each name.
if left=$(in_image $absent_distributions -- $absent_programs <<'PYTHON'
import importlib.metadata
import re
import shutil
import sys

cut = sys.argv.index("--")
installed = {re.sub(r"[-_.]+", "-", d.metadata["Name"]).lower() for d in importlib.metadata.distributions()}
print(*[n for n in sys.argv[1:cut] if n in installed], *[p for p in sys.argv[cut + 1 :] if shutil.which(p)])
PYTHON
); then
  if [ -z "${D}{left// /}" ]; then pass 'development dependencies and build tools are absent'; else fail "development dependencies and build tools are absent (seen: $left)"; fi
else
  unproven 'development dependencies and build tools are absent (Python did not run)'
fi

# 9. No secret is in the configuration, the history or the files of the image.
told=$(docker image inspect --format '{{range .Config.Env}}{{println .}}{{end}}' "$image"; docker history --no-trunc --format '{{.CreatedBy}}' "$image")
seen=''
for name in $secret; do
  case $told in *"$name="*) seen="$seen $name" ;; esac
done
files=$(in_image "$workdir" <<'PYTHON' || echo unread
import os
import sys

for folder, folders, names in os.walk(sys.argv[1]):
    folders[:] = [name for name in folders if name != ".venv"]
    for name in names:
        if name.startswith((".env", "id_rsa", "id_ed25519", ".netrc", ".pypirc")) or name.endswith((".pem", ".key", ".p12")):
            print(os.path.join(folder, name))
PYTHON
)
if [ -z "$seen$files" ]; then pass 'no secrets in the image'; else fail "no secrets in the image (seen:$seen $files)"; fi

# 10. After an edit of the source the dependencies come from the cache.
if [ -n "$built" ] && [ -n "$source_file" ]; then
  printf '\n# verify-prod\n' >>"$scratch/context/$source_file"
  # shellcheck disable=SC2086 # BUILD_FLAGS holds several words.
  DOCKER_BUILDKIT=1 docker build ${D}{BUILD_FLAGS:-} --progress=plain -f "$scratch/context/$dockerfile" -t "$image" \
    "$scratch/context/$context" >"$scratch/rebuild.log" 2>&1 || true
  step=$(sed -n 's/^\(#[0-9]*\) \[.*--no-install-project.*/\1/p' "$scratch/rebuild.log" | head -n 1)
  if [ -n "$step" ] && grep -q "^$step CACHED" "$scratch/rebuild.log"; then
    pass 'an edit of the source leaves the dependencies cached'
  else
    fail 'an edit of the source leaves the dependencies cached'
  fi
fi

printf '%s passed, %s failed, %s unproven\n' "$passed" "$failed" "$open"
[ "$failed" -eq 0 ]
`;
