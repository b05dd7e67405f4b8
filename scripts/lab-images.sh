# shellcheck shell=bash
# The stand-ins for base images. Sourced by scripts/lab, which sets LAB, CACHE and CA_BUNDLE.
#
# Each is made once, kept as an archive in the cache, and pushed to the registry of each lab. The label
# says what the image really is, and seaworthy repeats it in every report.

make_images() {
  local frontend=$1 amazonlinux=$2 sidecars=$3
  image library/python 3.13-slim "Debian trixie's Python 3.13 in place of python:3.13-slim" make_python trixie
  image library/python 3.11-slim "Debian bookworm's Python 3.11 in place of python:3.11-slim" make_python bookworm
  image astral-sh/uv "$UV_VERSION" "the uv $UV_VERSION wheel's programs in place of ghcr.io/astral-sh/uv:$UV_VERSION" make_uv
  if [[ $amazonlinux == true ]]; then
    image amazonlinux/amazonlinux 2023 "Debian with dnf, rpm and a package repository inside the image in place of public.ecr.aws/amazonlinux/amazonlinux:2023" make_amazonlinux
  fi
  if [[ $sidecars == true ]]; then
    image library/postgres 17 "Debian trixie's PostgreSQL 17 in place of postgres:17" make_sidecar postgres
    image library/redis 7 "Debian trixie's Redis in place of redis:7" make_sidecar redis
    image minio/minio RELEASE.2025-04-22T22-12-26Z "moto's S3, with an \`mc\` of its own, in place of minio/minio" make_sidecar minio
  fi
  if [[ $frontend == false ]]; then return; fi
  local compiled=(docker/dockerfile 1 "BuildKit $FRONTEND_VERSION's frontend compiled from source in place of docker/dockerfile:1" make_frontend)
  if [[ -s $(archive "${compiled[@]}") ]] || command -v go >/dev/null; then
    image "${compiled[@]}"
  else
    log "no Go here, so no docker/dockerfile:1 for \`# syntax=\` lines; BuildKit's built-in frontend is used"
  fi
}

# image REPOSITORY TAG WHAT-IT-IS MAKER [ARGUMENT...]: in the registry, made or loaded when it is not.
image() {
  local repository=$1 tag=$2 what=$3 name target archive
  name=seaworthy-lab/$repository:$tag
  target=127.0.0.1:$(recall port)/$repository:$tag
  archive=$(archive "$@")
  if [[ $(manifest_status "$repository" "$tag") == 200 && $(recall "made:$repository:$tag") == "$archive" ]]; then return; fi
  if [[ ! -s $archive ]]; then
    log "making $repository:$tag, which is $what"
    # buildx leaves a copy of a recipe from stdin in its temporary folder.
    TMPDIR=$LAB LABEL="seaworthy.stand-in=$what" "$4" "$name" "${@:5}" >"$LAB/image.log" 2>&1 ||
      { tail -n 20 "$LAB/image.log" >&2; fail "$repository:$tag could not be made; see $LAB/image.log"; }
    rm -rf "$LAB/context"
    lab_docker save -o "$CACHE/unfinished.tar" "$name"
    rm -f "${archive%-*}"-*.tar # What an older recipe made.
    mv "$CACHE/unfinished.tar" "$archive"
  else
    lab_docker load -q -i "$archive" >/dev/null
  fi
  lab_docker tag "$name" "$target"
  lab_docker push -q "$target" >/dev/null
  lab_docker image rm "$name" >/dev/null
  remember "made:$repository:$tag" "$archive"
}

# The archive's name changes with the recipe, so a changed recipe makes a new one. Arguments as for `image`.
archive() {
  local recipe
  recipe="$* $(declare -f build "$4")"
  if [[ $4 == make_python ]]; then recipe+=$(rootfs "$5"); fi
  if [[ $4 == make_amazonlinux ]]; then recipe+=$(cat "$SCRIPTS"/lab-amazonlinux/*); fi
  if [[ $4 == make_sidecar ]]; then recipe+=$(cat "$SCRIPTS"/lab-sidecars/*); fi
  echo "$CACHE/${1//\//_}_$2-$(cksum <<<"$recipe" | cut -d' ' -f1).tar"
}

# The HTTP status of a manifest in our registry, asked with bash alone.
manifest_status() {
  local status=none
  if { exec 3<>"/dev/tcp/127.0.0.1/$(recall port)"; } 2>/dev/null; then
    printf 'HEAD /v2/%s/manifests/%s HTTP/1.0\r\nHost: lab\r\nAccept: %s\r\nAccept: %s\r\nAccept: %s\r\n\r\n' "$1" "$2" \
      application/vnd.oci.image.index.v1+json application/vnd.oci.image.manifest.v1+json \
      application/vnd.docker.distribution.manifest.v2+json >&3
    read -r _ status _ <&3 || true
    exec 3<&- 3>&-
  fi
  echo "$status"
}

list_images() {
  if ! engine_answers; then return; fi
  local registry reference
  registry=127.0.0.1:$(recall port)
  lab_docker image ls --format '{{.Repository}}:{{.Tag}}' "$registry/*/*" | sort | while read -r reference; do
    echo "image     $reference ($(lab_docker image inspect --format '{{index .Config.Labels "seaworthy.stand-in"}}' "$reference"))"
  done
}

# --- recipes ----------------------------------------------------------------------------------------------------

ROOTFS_PACKAGES=python3,python3-venv,python3-pip,ca-certificates,passwd,apt,netbase,tzdata

rootfs() { echo "$CACHE/rootfs-$1-$(cksum <<<"$1 $ROOTFS_PACKAGES $(declare -f pack_rootfs)" | cut -d' ' -f1).tar"; }

# A small Debian with Python. As in the official images there is no documentation, no bytecode of the standard
# library, and pip may install into the system.
pack_rootfs() {
  local suite=$1 tar unfinished
  tar=$(rootfs "$suite")
  if [[ -s $tar ]]; then return; fi
  unfinished=$(mktemp -d "$CACHE/unfinished.XXXXXX")
  # shellcheck disable=SC2016 # $1 is the customize hook's own.
  mmdebstrap --quiet --variant=essential --include="$ROOTFS_PACKAGES" \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    --customize-hook='find "$1/usr/lib" -name __pycache__ -prune -exec rm -rf {} +' \
    --customize-hook='find "$1/usr/lib" -name EXTERNALLY-MANAGED -delete' \
    "$suite" "$unfinished/rootfs.tar" >"$CACHE/rootfs-$suite.log" 2>&1 || return 1
  mv "$unfinished/rootfs.tar" "$tar"
  rmdir "$unfinished"
}

# build NAME FOLDER [OPTION...]: the recipe comes on stdin.
build() { lab_docker buildx build --quiet --label "$LABEL" -t "$1" -f - "${@:3}" "$2"; }

make_python() {
  local context=$LAB/context
  rm -rf "$context" && mkdir -p "$context"
  ln "$(rootfs "$2")" "$context/rootfs.tar" 2>/dev/null || cp "$(rootfs "$2")" "$context/rootfs.tar" || return 1
  # As in the official image, `python` and `pip` are found in /usr/local/bin, and apt keeps no archive and no index of
  # its own: what it kept would make every image of today look larger than it is.
  build "$1" "$context" <<'DOCKERFILE'
FROM scratch
ADD rootfs.tar /
RUN printf '%s\n' 'Dir::Cache::pkgcache "";' 'Dir::Cache::srcpkgcache "";' \
  'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb"; };' \
  >/etc/apt/apt.conf.d/docker-clean && rm -rf /var/cache/apt/* /var/lib/apt/lists/*
RUN cd /usr/local/bin && ln -s /usr/bin/python3 python3 && ln -s python3 python && ln -s /usr/bin/pip3 pip3 && ln -s pip3 pip
ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
CMD ["python3"]
DOCKERFILE
}

# As its own image holds it: two programs at the root.
make_uv() {
  local context=$LAB/context secret=()
  rm -rf "$context" && mkdir -p "$context"
  if [[ -s $CA_BUNDLE ]]; then secret=(--secret "id=ca,src=$CA_BUNDLE"); fi
  build "$1" "$context" "${secret[@]}" --build-arg "BASE=127.0.0.1:$(recall port)/library/python:3.13-slim" --build-arg "UV=$UV_VERSION" <<'DOCKERFILE'
ARG BASE
FROM $BASE AS wheel
ARG UV
RUN --mount=type=secret,id=ca \
  if [ -s /run/secrets/ca ]; then export PIP_CERT=/run/secrets/ca; fi; \
  pip install --no-cache-dir --no-deps --only-binary :all: --target /uv "uv==$UV" && chmod 755 /uv/bin/*
FROM scratch
COPY --from=wheel /uv/bin/uv /uv/bin/uvx /
DOCKERFILE
}

# Its recipe is two files of their own. Its package repository is inside the image: a server
# for it would have another address in every lab, and the image would have to know it.
make_amazonlinux() {
  local registry
  registry=127.0.0.1:$(recall port)
  build "$1" "$SCRIPTS/lab-amazonlinux" --build-arg "OLDER=$registry/library/python:3.11-slim" \
    --build-arg "NEWER=$registry/library/python:3.13-slim" <"$SCRIPTS/lab-amazonlinux/Dockerfile"
}

# Their recipes are stages of one file.
make_sidecar() {
  local secret=()
  if [[ -s $CA_BUNDLE ]]; then secret=(--secret "id=ca,src=$CA_BUNDLE"); fi
  build "$1" "$SCRIPTS/lab-sidecars" "${secret[@]}" --target "$2" \
    --build-arg "BASE=127.0.0.1:$(recall port)/library/python:3.13-slim" <"$SCRIPTS/lab-sidecars/Dockerfile"
}

# As its own image holds it: one program, and labels by which BuildKit knows what it can do.
make_frontend() {
  local context=$LAB/context package=github.com/moby/buildkit/frontend/dockerfile/cmd/dockerfile-frontend
  rm -rf "$context" && mkdir -p "$context/source"
  with_go "$context" go -C "$context/source" mod init frontend &&
    with_go "$context" go -C "$context/source" get "$package@v$FRONTEND_VERSION" &&
    with_go "$context" go -C "$context/source" build -trimpath -ldflags '-s -w' -o "$context/dockerfile-frontend" "$package" ||
    return 1
  rm -rf "$context"/{source,modules,cache}
  build "$1" "$context" <<'DOCKERFILE'
FROM scratch
COPY dockerfile-frontend /bin/dockerfile-frontend
LABEL moby.buildkit.frontend.network.none="true" \
  moby.buildkit.frontend.caps="moby.buildkit.frontend.inputs,moby.buildkit.frontend.subrequests,moby.buildkit.frontend.contexts"
ENTRYPOINT ["/bin/dockerfile-frontend"]
DOCKERFILE
}
