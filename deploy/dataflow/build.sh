#!/usr/bin/env bash
# build.sh REGISTRY/wirebeam:TAG gs://BUCKET/wirebeam.json gs://BUCKET/wirebeam-stream.json: the image for launcher and
# workers, pushed, and the flex templates of the batch and the stream, which name it. Needs docker, and gcloud logged in.
set -euo pipefail
image=$1
batch=$2
stream=$3
cd "$(dirname "$0")/../.."
docker build -f deploy/Dockerfile -t "$image" --target dataflow \
  --build-arg EXTRAS="${EXTRAS:-gcp kafka ner-en}" --build-arg IMAGE="$image" .
docker push "$image"
gcloud dataflow flex-template build "$batch" \
  --image "$image" --sdk-language PYTHON --metadata-file deploy/dataflow/metadata.json
gcloud dataflow flex-template build "$stream" \
  --image "$image" --sdk-language PYTHON --metadata-file deploy/dataflow/metadata-stream.json
