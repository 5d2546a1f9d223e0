#!/usr/bin/env bash
# Writes requirements.lock anew: what pip picks for pyproject.toml in an empty environment, every package pinned.
set -euo pipefail
cd "$(dirname "$0")/.."
env=$(mktemp -d)
trap 'rm -rf "$env"' EXIT
"${PYTHON:-python3.11}" -m venv "$env"
"$env/bin/python" -m pip install --quiet 'torch==2.13.0'
"$env/bin/python" -m pip install --quiet '.[dev]' 'hatchling==1.33.0' editables
{
  echo "# The whole tree that is tested, written by scripts/lock.sh. Edit pyproject.toml, not this file."
  "$env/bin/python" -m pip freeze --exclude hallway | sed 's/+cpu$//; s/ @ .*torch-\([0-9.]*\).*/==\1/'
} > requirements.lock.new
mv requirements.lock.new requirements.lock
