# shellcheck shell=bash
# Starts and stops the lab's engine and registry. Sourced by scripts/lab, which sets LAB, CACHE and CA_BUNDLE.

# Debian trixie has Docker 26, bookworm 20.10, forky 28; `moby` is forky with the engine compiled from source.
ENGINE_SUITE=${SEAWORTHY_LAB_ENGINE:-trixie}
CLIENT_SUITE=trixie
engine_packages() {
  # procps: `docker top` runs the engine's own ps.
  echo "docker.io,docker-registry,iptables,iproute2,ca-certificates,mount,procps"
  # bookworm's docker.io is the client as well, and there is no buildx.
  if [[ $1 != bookworm ]]; then echo docker-buildx,docker-cli; fi
}
# Unix socket paths end at 107 bytes; a deep checkout needs a shorter place.
LONGEST_SOCKET=100

root_of() {
  local recipe
  recipe=$(engine_packages "$1")
  if [[ $1 == moby ]]; then recipe+=" $MOBY_VERSION $MOBY_AFTER_DOCKER $(declare -f compile_moby)"; fi
  echo "$CACHE/engine-$1-$(cksum <<<"$recipe" | cut -d' ' -f1)"
}
wanted_root() { root_of "$ENGINE_SUITE"; }
# The one this lab runs from: an older one, when the recipe has changed since.
engine_root() {
  local root
  root=$(recall root)
  echo "${root:-$(wanted_root)}"
}
lab_docker() { DOCKER_HOST=unix://$(recall socket) DOCKER_CONFIG=$LAB/docker-config "$(engine_root)/usr/bin/docker" "$@"; }
engine_answers() { [[ -S $(recall socket) ]] && timeout 10 "$(engine_root)/usr/bin/docker" -H "unix://$(recall socket)" info >/dev/null 2>&1; }

# Everything that is slow to get, at the same time: the engine and the file systems of the stand-ins.
fetch_parts() {
  rm -rf --one-file-system "$CACHE"/unfinished.*
  if [[ -d $(wanted_root) && -d $(root_of "$CLIENT_SUITE") && -s $(rootfs trixie) && -s $(rootfs bookworm) ]]; then return; fi
  need_packages mmdebstrap
  log "fetching the engine and the base file systems from Debian (two to four minutes, once)"
  local suite pid failed=false
  pids=()
  # In process groups of their own, so that an interrupted `up` can end all of each.
  set -m
  for suite in $(printf '%s\n' "$ENGINE_SUITE" "$CLIENT_SUITE" | sort -u); do
    unpack_engine "$suite" 8>&- 9>&- </dev/null & pids+=($!)
  done
  for suite in trixie bookworm; do pack_rootfs "$suite" 8>&- 9>&- </dev/null & pids+=($!); done
  set +m
  trap 'for pid in "${pids[@]}"; do kill -- "-$pid" 2>/dev/null; done; wait' EXIT
  trap 'exit 130' INT TERM HUP
  for pid in "${pids[@]}"; do wait "$pid" || failed=true; done
  trap - EXIT INT TERM HUP
  if [[ $failed == true ]]; then fail "Debian's packages could not be fetched; see $CACHE/*.log"; fi
}

unpack_engine() {
  local suite=$1 root packages unfinished options=()
  root=$(root_of "$suite")
  if [[ -d $root ]]; then return; fi
  unfinished=$(mktemp -d "$CACHE/unfinished.XXXXXX")
  packages=$(engine_packages "$suite" | paste -sd,)
  if [[ $suite == moby ]]; then
    compile_moby "$unfinished" >"$CACHE/moby.log" 2>&1 || return 1
    suite=forky
  fi
  # A list of packages of testing is valid for a week, and a mirror may be behind. Its signature is checked all the same.
  if [[ $suite == forky ]]; then options=(--aptopt='Acquire::Check-Valid-Until "false"'); fi
  mmdebstrap --quiet --variant=apt "${options[@]}" --include="$packages" "$suite" "$unfinished/root" >"$CACHE/engine-$suite.log" 2>&1 || return 1
  rm -rf "$unfinished"/root/var/{cache/apt,lib/apt/lists}/*
  if [[ -e $unfinished/dockerd ]]; then mv "$unfinished/dockerd" "$unfinished/root/usr/sbin/dockerd"; fi
  mv "$unfinished/root" "$root"
  rm -rf --one-file-system "$unfinished"
}

# --- registry ---------------------------------------------------------------------------------------------------

# Ids of the processes with exactly this argument. Our files are named on the command lines of what reads them, so
# nothing of ours is missed or mistaken, however the run that started it ended.
running() {
  local files=(/proc/[0-9]*/cmdline) # Listed before grep starts: its own command line has the argument too.
  { grep -lzxF -- "$1" "${files[@]}" 2>/dev/null || true; } | cut -d/ -f3
}
port_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
registry_answers() { [[ -n $(running "$LAB/registry.yml") ]] && port_taken "$(recall port)"; }

start_registry() {
  if registry_answers; then return; fi
  stop_registry
  local port first=${SEAWORTHY_LAB_PORT:-5000}
  for port in $(recall port) $(seq "$first" $((first + 200))); do
    if port_taken "$port"; then continue; fi
    cat >"$LAB/registry.yml" <<YAML
version: 0.1
log: {level: warn, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $LAB/registry}, delete: {enabled: true}}
http: {addr: "127.0.0.1:$port"}
YAML
    OTEL_TRACES_EXPORTER=none setsid "$(wanted_root)/usr/bin/docker-registry" serve "$LAB/registry.yml" >"$LAB/registry.log" 2>&1 </dev/null 8>&- 9>&- &
    remember port "$port"
    for _ in $(seq 100); do
      if registry_answers; then return; fi
      kill -0 $! 2>/dev/null || break # Someone took the port first: try the next.
      sleep .1
    done
  done
  fail "the registry did not start; see $LAB/registry.log"
}

stop_registry() { running "$LAB/registry.yml" | xargs -r kill 2>/dev/null || true; }

# --- engine -----------------------------------------------------------------------------------------------------

start_engine() {
  local port
  port=$(recall port)
  if engine_answers; then
    # A registry that had to move to another port needs an engine that knows the new one.
    if [[ $(recall engine_port) == "$port" ]]; then return; fi
  fi
  log "starting the engine"
  stop_engine # Or the remnants of one that was killed.
  remember root "$(wanted_root)"
  # Marks what is ours in process environments, cgroups and firewall rules.
  if [[ -z $(recall token) ]]; then remember token "$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')"; fi
  choose_socket
  install_client
  choose_network
  write_configuration "$port"
  SEAWORTHY_LAB_TOKEN=$(recall token) setsid unshare --mount --propagation private \
    bash "$SCRIPTS/lab-engine-start.sh" "$LAB" "$(engine_root)" "$LAB/engine.json" >"$LAB/engine.log" 2>&1 </dev/null 8>&- 9>&- &
  remember engine_port "$port"
  for _ in $(seq 150); do
    if engine_answers; then
      mkdir -p "$CACHE/users"
      ln -sfn "$LAB" "$CACHE/users/$(recall token)"
      return
    fi
    kill -0 $! 2>/dev/null || break
    sleep .2
  done
  tail -n 20 "$LAB/engine.log" >&2
  fail "the engine did not start; the lines above are the end of $LAB/engine.log"
}

choose_socket() {
  local socket
  socket=$(recall socket)
  if [[ -n $socket && -d $(dirname "$socket") ]]; then return; fi
  socket=$LAB/docker.sock
  if ((${#socket} > LONGEST_SOCKET)); then socket=$(mktemp -d /tmp/seaworthy-lab.XXXXXX)/docker.sock; fi
  remember socket "$socket"
}

# The client and buildx, without touching ~/.docker: the engine's own, but bookworm has no buildx.
install_client() {
  local root
  root=$(engine_root)
  if [[ ! -x $root/usr/libexec/docker/cli-plugins/docker-buildx ]]; then root=$(root_of "$CLIENT_SUITE"); fi
  mkdir -p "$LAB/bin" "$LAB/docker-config/cli-plugins"
  ln -sfn "$root/usr/bin/docker" "$LAB/bin/docker"
  ln -sfn "$root/usr/libexec/docker/cli-plugins/docker-buildx" "$LAB/docker-config/cli-plugins/docker-buildx"
  # Podman 4 reads it as well, and refuses to push without one.
  if [[ ! -e $LAB/docker-config/config.json ]]; then echo '{}' >"$LAB/docker-config/config.json"; fi
}

# Network tools of the engine's own root, so that a bare machine needs none. They need no mounts.
in_root() {
  if [[ -d $(engine_root) ]]; then chroot "$(engine_root)" "$@"; else "$@"; fi
}

# A /16 that no route of this machine knows. It is ours until the machine starts anew, when another lab may take it.
network_number() { if [[ $(recall boot) == "$(</proc/sys/kernel/random/boot_id)" ]]; then recall number; fi; }
choose_network() {
  local number taken
  number=$(network_number)
  if [[ -z $number ]]; then
    taken=$(in_root ip -4 route show table all; in_root ip -4 -o address)
    for number in $(seq 201 249) none; do grep -qF "10.$number." <<<"$taken" || break; done
    [[ $number != none ]] || fail "no free address range between 10.201.0.0/16 and 10.249.0.0/16"
    remember number "$number"
    remember boot "$(</proc/sys/kernel/random/boot_id)"
  fi
  if [[ -z $(recall forwarding) ]]; then remember forwarding "$(</proc/sys/net/ipv4/ip_forward)"; fi
  in_root ip link add "seaworthy$number" type bridge
  in_root ip address add "10.$number.0.1/17" dev "seaworthy$number"
  in_root ip link set "seaworthy$number" up
  local mark=(-m comment --comment "seaworthy-lab-$(recall token)") range=10.$number.0.0/16
  in_root iptables -w -t nat -A POSTROUTING -s "$range" ! -d "$range" "${mark[@]}" -j MASQUERADE
  in_root iptables -w -I FORWARD -s "$range" "${mark[@]}" -j ACCEPT
  in_root iptables -w -I FORWARD -d "$range" "${mark[@]}" -j ACCEPT
}

# The engine writes no firewall rules: two engines that do so in one network namespace flush each other's.
write_configuration() {
  local number store=true driver=""
  number=$(network_number)
  if [[ ${SEAWORTHY_LAB_STORE:-containerd} != containerd ]]; then store=false; fi
  if ! overlay_works; then
    driver=native
    if [[ $store == false ]]; then driver=vfs; fi
    log "overlay mounts do not work here; using the slower $driver store"
    driver="\"storage-driver\": \"$driver\","
  fi
  cat >"$LAB/engine.json" <<JSON
{
  "hosts": ["unix://$(recall socket)"],
  "pidfile": "/run/docker.pid",
  "data-root": "$LAB/data",
  "exec-root": "/run/docker",
  $driver
  "features": { "containerd-snapshotter": $store },
  "iptables": false,
  "ip6tables": false,
  "bridge": "seaworthy$number",
  "default-address-pools": [{ "base": "10.$number.128.0/17", "size": 24 }],
  "cgroup-parent": "/seaworthy-lab-$(recall token)",
  "exec-opts": ["native.cgroupdriver=cgroupfs"],
  "insecure-registries": ["127.0.0.1:$1"],
  "registry-mirrors": ["http://127.0.0.1:$1"]
}
JSON
}

# False in a container whose own file system is an overlay.
overlay_works() {
  local probe=$LAB/probe works
  mkdir -p "$probe"/{lower,upper,work,merged}
  # shellcheck disable=SC2016
  unshare --mount sh -c 'mount -t overlay overlay -o "lowerdir=$1/lower,upperdir=$1/upper,workdir=$1/work" "$1/merged"' sh "$probe" 2>/dev/null && works=0 || works=1
  rm -rf "$probe"
  return "$works"
}

# Stops the engine and removes what an engine leaves outside its folder, whether it ended well or was killed.
stop_engine() {
  local token pid pids
  token=$(recall token)
  if engine_answers; then
    log "stopping the engine"
    lab_docker ps -aq | xargs -r "$(engine_root)/usr/bin/docker" -H "unix://$(recall socket)" rm -f >/dev/null 2>&1 || true
  fi
  # The engine and what would start it again.
  pids=$(running "$LAB/engine.json")
  for pid in $pids; do kill "$pid" 2>/dev/null || true; done
  for pid in $pids; do
    for _ in $(seq 100); do
      kill -0 "$pid" 2>/dev/null || break
      sleep .1
    done
  done
  end_stragglers
  if [[ -n $token ]]; then
    remove_network "$token" "$(network_number)"
    find /sys/fs/cgroup -depth -type d -path "*/seaworthy-lab-$token*" -exec rmdir {} + 2>/dev/null || true
    rm -f "$CACHE/users/$token"
  fi
  # A store of networks that are gone makes the next start rebuild them, and while doing so Docker deletes docker0,
  # which may be another engine's.
  rm -rf "$LAB/data/network"
  if [[ $(recall socket) == /tmp/seaworthy-lab.* ]]; then rm -rf "$(dirname "$(recall socket)")"; fi
}

# Whatever still runs with our token in its environment (containerd, shims) or in our cgroups (containers).
end_stragglers() {
  local token pid files=(/proc/[0-9]*/environ) groups=(/proc/[0-9]*/cgroup)
  token=$(recall token)
  if [[ -z $token ]]; then return; fi
  {
    grep -lzxF -- "SEAWORTHY_LAB_TOKEN=$token" "${files[@]}" 2>/dev/null || true
    grep -lF -- "/seaworthy-lab-$token" "${groups[@]}" 2>/dev/null || true
  } | cut -d/ -f3 | sort -u | while read -r pid; do kill -KILL "$pid" 2>/dev/null || true; done
}

remove_network() {
  local token=$1 number=$2 link rule table
  if [[ -n $number ]]; then
    while read -r _ link _; do
      in_root ip link delete "$link" 2>/dev/null || true
    done < <(in_root ip -4 -o address | grep -F " 10.$number." || true)
  fi
  for table in nat filter; do
    while read -r rule; do
      # shellcheck disable=SC2086 # The rule is a list of words, as iptables printed it; our comment has no spaces.
      in_root iptables -w -t "$table" ${rule/#-A/-D} || true
    done < <(in_root iptables -w -t "$table" -S | grep -F "seaworthy-lab-$token " || true)
  done
  if [[ $(recall forwarding) == 0 ]] && ! other_engine; then echo 0 >/proc/sys/net/ipv4/ip_forward; fi
}

other_engine() {
  local pid
  for pid in /proc/[0-9]*; do
    if [[ $(cat "$pid/comm" 2>/dev/null) == dockerd ]]; then return 0; fi
  done
  return 1
}

cache_in_use() {
  local user
  for user in "$CACHE"/users/*; do
    if [[ -e $user && -n $(running "$(readlink "$user")/engine.json") ]]; then return 0; fi
  done
  return 1
}
