#!/usr/bin/env bash
# Keeps the lab's engine running. Runs in a mount namespace of its own, so its mounts end with it.
#
#   lab-engine-start.sh LAB ROOT CONFIGURATION   the lab's folder, Debian with Docker Engine in it, its configuration
set -euo pipefail
LAB=$1 ROOT=$2 CONFIGURATION=$3

# The engine remounts / while it unpacks layers, so its root must be a mount point: pivot_root, not chroot.
mount --bind "$ROOT" "$ROOT"
for folder in proc sys dev; do mount --rbind "/$folder" "$ROOT/$folder"; done
# Its /run is its own: it must not find another engine's containerd, nor systemd.
mount -t tmpfs -o mode=755 tmpfs "$ROOT/run"

# The rest of the machine at its usual paths, so that containers can mount folders of it. Only this mount namespace
# sees it; the empty folders stay in the unpacked engine.
for folder in /*; do
  case $folder in
    /bin | /sbin | /lib* | /usr | /etc | /var | /run | /proc | /sys | /dev | /boot | /lost+found) continue ;;
  esac
  if [[ -d $folder && ! -L $folder ]]; then
    mkdir -p "$ROOT$folder"
    mount --bind "$folder" "$ROOT$folder"
  fi
done
mkdir -p "$ROOT$LAB"
mount --bind "$LAB" "$ROOT$LAB"
for file in /etc/resolv.conf /etc/hosts; do
  touch "$ROOT$file"
  mount --bind "$(realpath "$file")" "$ROOT$file"
done
if [[ -s /etc/ssl/certs/ca-certificates.crt ]]; then
  touch "$ROOT/etc/ssl/certs/ca-certificates.crt"
  mount --bind "$(realpath /etc/ssl/certs/ca-certificates.crt)" "$ROOT/etc/ssl/certs/ca-certificates.crt"
fi

# In a container with cgroup v2 our processes sit in the root of the cgroup tree, and a group with processes cannot
# hand its controllers to child groups: move them into a child first.
cgroup=/sys/fs/cgroup
if [[ -e $cgroup/cgroup.controllers && -z $(<$cgroup/cgroup.subtree_control) ]]; then
  mkdir -p $cgroup/init
  while read -r pid; do echo "$pid" >$cgroup/init/cgroup.procs 2>/dev/null || true; done <$cgroup/cgroup.procs
  sed 's/ / +/g; s/^/+/' $cgroup/cgroup.controllers >$cgroup/cgroup.subtree_control || true
fi

mkdir -p "$ROOT/.host"
cd "$ROOT"
pivot_root . .host
umount -l /.host
unset DOCKER_HOST DOCKER_CONFIG
export PATH=/usr/sbin:/usr/bin:/sbin:/bin

# Docker 26 crashes once in some hundred builds. Its client says so for what it was doing; whatever comes next finds an
# engine again. One that could not start (exit code 1) is not tried twice.
stopped=false
trap 'stopped=true; kill "$engine" 2>/dev/null' TERM INT HUP
while true; do
  /usr/sbin/dockerd --config-file "$CONFIGURATION" &
  engine=$!
  code=0
  wait "$engine" || code=$?
  while kill -0 "$engine" 2>/dev/null; do wait "$engine" || code=$?; done # A signal ends `wait` before the engine ends.
  if [[ $stopped == true ]] || ((code < 2)); then exit "$code"; fi
  echo "lab: the engine ended with $code; starting it again"
  rm -rf "$LAB/data/network" # With what it knows of networks, its next start would delete docker0 (see stop_engine).
done
