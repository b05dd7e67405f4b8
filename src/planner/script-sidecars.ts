import type { ContractSidecar } from "../model/types.ts";

/** One word for bash, quoted when it must be. */
export const word = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/** Bash: starts one of them, waits until it answers, and writes its address into the examples. */
const START = String.raw`
# What the service talks to runs beside it. {name} in an example stands for its address.
# sidecar NAME IMAGE PORT HEALTH_PATH [OPTION...]
sidecar() {
  local until=$((SECONDS + 120)) at address
  docker run -d --name "$run-$1" --label "$label" -p "127.0.0.1::$3" "${"$"}{@:5}" "$2" >/dev/null
  at=$(docker port "$run-$1" "$3/tcp" | head -n 1 | sed 's/.*://')
  until [[ $(status_of "$at" "$4" || true) == 2?? ]]; do
    if [ "$SECONDS" -ge "$until" ]; then
      show_log "$1"
      echo "$1 does not answer $4" >&2
      exit 1
    fi
    sleep 0.2
  done
  address=$(docker inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}' "$run-$1")
  sed "s|{$1}|${"$"}{address%% *}:$3|g" "$scratch/env" >"$scratch/env.new"
  mv "$scratch/env.new" "$scratch/env"
}`;

/** The lines that start what the team named; none when it named nothing. */
export function sidecarLines(sidecars: readonly ContractSidecar[] = []): readonly string[] {
  if (sidecars.length === 0) return [];
  return [
    ...START.trim().split("\n"),
    ...sidecars.flatMap(({ name, image, build, port, health, env = {} }) => {
      const tag = build === undefined ? word(image ?? "") : `"$run-${name}"`;
      const options = Object.entries(env).flatMap(([key, value]) => ["-e", word(`${key}=${value}`)]);
      return [
        ...(build === undefined
          ? []
          : [
              `beside="$beside $run-${name}"`,
              "# shellcheck disable=SC2086 # BUILD_FLAGS holds several words.",
              `DOCKER_BUILDKIT=1 docker build -q \${BUILD_FLAGS:-} -t "$run-${name}" ${word(build)} >/dev/null`,
            ]),
        ["sidecar", word(name), tag, String(port), word(health), ...options].join(" "),
      ];
    }),
    "",
  ];
}
