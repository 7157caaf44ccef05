#!/usr/bin/env bash
# docs/openapi.yaml is a sound OpenAPI 3.1 document by Spectral's rules. Usage: spectral.sh NODE_MODULES [FILE]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
node "$1/@stoplight/spectral-cli/dist/index.js" lint --fail-severity=warn --ruleset docs/openapi.spectral.yaml \
  "${2:-docs/openapi.yaml}"
