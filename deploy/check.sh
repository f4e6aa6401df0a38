#!/usr/bin/env bash
# check.sh: the image's steps in a clean folder, where no Docker engine is at hand. Builds what is committed, then reads
# the samples with it, starts its worker pool, and checks the result. Prints what it did; exits with 1 where a step fails.
set -euo pipefail
top=$(git -C "$(dirname "$0")" rev-parse --show-toplevel)
scratch=$(mktemp -d)
pool=
cleanup() {
  [ -z "$pool" ] || kill "$pool" 2>/dev/null || true
  rm -rf "$scratch"
}
trap cleanup EXIT

mkdir "$scratch/src"
git -C "$top" archive HEAD | tar -x -C "$scratch/src"
echo "build: $(git -C "$top" log -1 --format=%h), extras ${EXTRAS:-kafka report ner-en s3}"
# shellcheck disable=SC2086 # extras are words
"$scratch/src/deploy/build.sh" "$scratch/venv" ${EXTRAS:-kafka report ner-en s3}
samples=$scratch/src/tests/data/samples
mv "$samples" "$scratch/samples"
rm -rf "$scratch/src" # nothing may be left to lean on
cd "$scratch"

wirebeam() { env -i HOME="$scratch" PATH=/usr/bin:/bin "$scratch/venv/bin/wirebeam" "$@"; }
wirebeam run samples -o news
wirebeam verify news
wirebeam compact news
wirebeam formats >/dev/null
env -i HOME="$scratch" PATH=/usr/bin:/bin "$scratch/venv/bin/wirebeam" worker-pool --port 0 2>pool.log &
pool=$!
for _ in $(seq 600); do grep -q environment_config pool.log && break; sleep 0.1; done
grep environment_config pool.log
du -sh "$scratch/venv" | cut -f1 | sed 's/^/installed: /'
echo "image steps: all passed"
