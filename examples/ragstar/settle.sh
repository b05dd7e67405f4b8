#!/bin/sh
# What the team does when seaworthy has refused: the lock comes into git and into the build. Changes nothing else.
set -eu
for file in .gitignore .dockerignore; do
  grep -v '^uv\.lock$' "$file" >"$file.new"
  mv "$file.new" "$file"
done
