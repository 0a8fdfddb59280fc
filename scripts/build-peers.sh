#!/usr/bin/env bash
# Builds the peers that the benchmark measures beside Plimsoll, and prints the folder with their binaries: cadvisor and docker-stats.
# They are built once per content of bench/peers/{cadvisor,docker-stats} and kept outside the clone. Needs Go.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${PLIMSOLL_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/plimsoll-test}
peers=$here/bench/peers
# The builder is of the version of what it builds.
builder_version=$(sed -n 's/.*dockerstatsreceiver \(v[0-9.]*\)$/\1/p' "$peers/docker-stats/builder.yaml")

key=$(cat "$peers"/docker-stats/builder.yaml "$peers"/cadvisor/{main.go,go.mod,go.sum} | sha256sum | cut -c1-12)
folder=$cache/peers-$key
if [ -d "$folder" ]; then
  echo "$folder"
  exit 0
fi
if ! command -v go >/dev/null; then
  echo "cannot build the peers: there is no go command. Install Go and run this again." >&2
  exit 1
fi

mkdir -p "$cache"
# Beside the place where it will be kept, so that the last step is one rename and an interrupted build leaves no folder.
work=$(mktemp -d "$cache/building.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"
echo "building cAdvisor …" >&2
(cd "$peers/cadvisor" && go build -trimpath -o "$work/bin/cadvisor" .) >&2
echo "building a Collector with the docker_stats receiver (minutes with a cold module cache) …" >&2
cp "$peers/docker-stats/builder.yaml" "$work/builder.yaml"
GOBIN=$work go install "go.opentelemetry.io/collector/cmd/builder@$builder_version" >&2
(cd "$work" && ./builder --config builder.yaml --skip-strict-versioning) >&2
mv "$work/dist/otelcol-docker-stats" "$work/bin/docker-stats"
mv "$work/bin" "$folder"
echo "$folder"
