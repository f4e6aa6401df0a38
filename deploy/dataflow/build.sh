#!/usr/bin/env bash
# build.sh REGISTRY/wirebeam:TAG gs://BUCKET/wirebeam.json: the image for launcher and workers, pushed, and the flex
# template that names it. Needs docker, and gcloud logged in.
set -euo pipefail
image=$1
template=$2
cd "$(dirname "$0")/../.."
docker build -f deploy/Dockerfile -t "$image" --target dataflow \
  --build-arg EXTRAS="${EXTRAS:-gcp ner-en}" --build-arg IMAGE="$image" .
docker push "$image"
gcloud dataflow flex-template build "$template" \
  --image "$image" --sdk-language PYTHON --metadata-file deploy/dataflow/metadata.json
