# shellcheck shell=bash disable=SC2034 # Sourced by the scripts that use them.
# Versions the set-up brings in by itself. Exact, so that two machines make the same.
UV_VERSION=0.13.8
FRONTEND_VERSION=0.31.1
# Docker's engine from its sources: `releases/versions.yaml` in them says which release of Docker they follow.
MOBY_VERSION=2.0.0-beta.24
MOBY_AFTER_DOCKER=29.8.0
