# shellcheck shell=bash
# What the lab compiles from source with Go. Sourced by scripts/lab, before what uses it.

# with_go FOLDER COMMAND...: modules that are here already are read; new ones, and what is compiled, go to FOLDER.
with_go() {
  local folder=$1 modules proxies
  modules=$(go env GOMODCACHE)
  proxies=file://$modules/cache/download,$(go env GOPROXY)
  GOMODCACHE=$folder/modules GOCACHE=$folder/cache GOFLAGS=-modcacherw CGO_ENABLED=0 GOPROXY=$proxies "${@:2}"
}

# compile_moby FOLDER: Docker's engine, as FOLDER/dockerd. Its version says which release of Docker its sources follow.
compile_moby() {
  local folder=$1 module=github.com/moby/moby/v2
  command -v go >/dev/null || { echo "Docker's engine is compiled from source, which needs Go"; return 1; }
  mkdir "$folder/source"
  with_go "$folder" go mod download -json "$module@v$MOBY_VERSION" >"$folder/source.json" &&
    cp -a "$(sed -n 's/^\t"Dir": "\(.*\)",$/\1/p' "$folder/source.json")/." "$folder/source" &&
    with_go "$folder" go build -C "$folder/source" -trimpath -tags "exclude_graphdriver_btrfs no_libnftables" \
      -ldflags "-s -w -X $module/dockerversion.Version=$MOBY_AFTER_DOCKER+moby-$MOBY_VERSION" -o "$folder/dockerd" ./cmd/dockerd &&
    rm -rf "$folder"/{source,modules,cache}
}
