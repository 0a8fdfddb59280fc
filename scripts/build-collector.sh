#!/usr/bin/env bash
# Builds the OpenTelemetry Collector of a recipe in test/e2e/otelcol (builder.yaml, the one that the end-to-end tests push to, where none
# is named), and prints the path of its binary. It is built once per content of the recipe and kept outside the clone. Needs Go.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${PLIMSOLL_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/plimsoll-test}
recipe=$here/test/e2e/otelcol/${1:-builder.yaml}
builder_version=v0.161.0

key=$(sha256sum "$recipe" | cut -c1-12)
binary=$cache/otelcol-$key/otelcol
if [ -x "$binary" ]; then
  echo "$binary"
  exit 0
fi
if ! command -v go >/dev/null; then
  echo "cannot build the Collector: there is no go command. Install Go and run this again." >&2
  exit 1
fi

mkdir -p "$cache"
# Beside the place where it will be kept, so that the last step is one rename and an interrupted build leaves no binary.
work=$(mktemp -d "$cache/building.XXXXXX")
trap 'rm -rf "$work"' EXIT
cp "$recipe" "$work/builder.yaml"
echo "building the Collector of $(basename "$recipe") (a minute or two with a warm module cache) …" >&2
GOBIN=$work/bin go install "go.opentelemetry.io/collector/cmd/builder@$builder_version" >&2
(cd "$work" && ./bin/builder --config builder.yaml --skip-strict-versioning) >&2
mkdir -p "$(dirname "$binary")"
mv "$work/dist/otelcol" "$binary"
echo "$binary"
