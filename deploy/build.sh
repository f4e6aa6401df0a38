#!/usr/bin/env bash
# build.sh TARGET [EXTRA...]: a locked installation of Wirebeam in the virtual environment TARGET, which must not exist.
# The image is built by it (Dockerfile), a bare machine too, and deploy/check.sh tries it in a clean folder.
# EXTRAs are those of pyproject.toml with a lock in requirements/: kafka, report, ner-en, gcp, ...
set -euo pipefail
target=$1
shift
cd "$(dirname "$0")/.."
python=${PYTHON:-$(command -v python3.11 || command -v python3)}
locks=(-r requirements/base.txt)
for extra in "$@"; do locks+=(-r "requirements/$extra.txt"); done

[ ! -e "$target" ] || { echo "build.sh: $target is there already" >&2; exit 1; }
"$python" -m venv "$target"
"$target/bin/python" -m pip install --quiet --no-cache-dir --require-hashes "${locks[@]}"

# Wirebeam itself is built by locked tools of its own, which stay out of the installation.
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
"$python" -m venv "$tools/venv"
"$tools/venv/bin/python" -m pip install --quiet --no-cache-dir --require-hashes -r requirements/build.txt
"$tools/venv/bin/python" -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir "$tools" .
"$target/bin/python" -m pip install --quiet --no-deps --no-index "$tools"/wirebeam-*.whl
"$target/bin/python" -m pip check
