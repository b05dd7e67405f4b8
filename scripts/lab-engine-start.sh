#!/usr/bin/env bash
# Becomes the lab's engine. Runs in a mount namespace of its own, so its mounts end with it.
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
PATH=/usr/sbin:/usr/bin:/sbin:/bin exec /usr/sbin/dockerd --config-file "$CONFIGURATION"
