#!/bin/sh
# Resolve pyproject.toml into requirements/*.lock: exact versions with hashes, for x86_64 and
# aarch64 alike. One resolution serves all files, so they never disagree on a version.
# Usage: tools/lock.sh [PYTHON]. UPGRADE=1 takes the newest versions that pyproject.toml allows.
set -eu
cd "$(dirname "$0")/.."
python=${1:-python3}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT INT TERM
"$python" -m venv "$scratch/venv"
"$scratch/venv/bin/python" -m pip install --quiet --disable-pip-version-check uv

compile() { # OUTPUT, then what goes into it
    output=requirements/$1
    shift
    [ -z "${UPGRADE:-}" ] || rm -f "$output"
    "$scratch/venv/bin/uv" pip compile --quiet --universal --python-version 3.11 \
        --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
        --output-file "$output" "$@"
}

# The tests need every extra that a user may choose.
compile dev.lock pyproject.toml requirements/build.in --extra dev \
    --extra opcua --extra postgres --extra sparkplug --extra parquet --extra lorawan
compile run.lock pyproject.toml --constraints requirements/dev.lock
compile build.lock requirements/build.in --constraints requirements/dev.lock
compile bench.lock pyproject.toml --extra bench --constraints requirements/dev.lock
wc -l requirements/*.lock
