#!/bin/sh
# One image, three uses: Beam's engines start it as a worker (`--id=... --provision_endpoint=...`), people and
# orchestrators name a command of Wirebeam (`run`, `stream`, `worker-pool`), or any other program by its path.
set -eu
case ${1:-} in
  --*) exec /opt/apache/beam/boot "$@" ;;
  /*) exec "$@" ;;
  *) exec /opt/wirebeam/venv/bin/wirebeam "$@" ;;
esac
