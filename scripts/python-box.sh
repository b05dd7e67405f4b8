# shellcheck shell=bash
# Runs a command on a folder inside a Python container, with uv at the version the project uses. This machine needs no
# Python for it (Debian 12's is older than the examples ask for), and the folder goes in and out as a copy, so the
# engine may be anywhere. Sourced; needs UV_VERSION.

PYTHON_BOX_IMAGE=python:3.13-slim
PYTHON_BOX_CA=/etc/ssl/certs/ca-certificates.crt
PYTHON_BOX=

# python_box FOLDER COMMAND: leaves the container's id in PYTHON_BOX, for `docker cp`; remove_python_box ends it.
python_box() {
  local options=() name
  for name in PIP_INDEX_URL UV_DEFAULT_INDEX HTTP_PROXY HTTPS_PROXY NO_PROXY; do
    if [[ -n ${!name:-} ]]; then options+=(--env "$name"); fi
  done
  if [[ -n ${SEAWORTHY_CA:-} ]]; then
    options+=(--env "PIP_CERT=$PYTHON_BOX_CA" --env "SSL_CERT_FILE=$PYTHON_BOX_CA")
  fi
  remove_python_box
  PYTHON_BOX=$(docker create --quiet --workdir /box --label seaworthy.set-up=1 "${options[@]}" "$PYTHON_BOX_IMAGE" \
    sh -ec "pip install --quiet --no-cache-dir --disable-pip-version-check --root-user-action=ignore uv==$UV_VERSION; $2")
  if [[ -n ${SEAWORTHY_CA:-} ]]; then docker cp --quiet "$SEAWORTHY_CA" "$PYTHON_BOX:$PYTHON_BOX_CA"; fi
  docker cp --quiet "$1/." "$PYTHON_BOX:/box"
  docker start --attach "$PYTHON_BOX"
}

remove_python_box() {
  if [[ -n $PYTHON_BOX ]]; then docker rm --force "$PYTHON_BOX" >/dev/null 2>&1 || true; fi
  PYTHON_BOX=
}
