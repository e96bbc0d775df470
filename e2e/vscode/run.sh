#!/usr/bin/env bash
# Sets up what is missing, packages the extension for this machine and drives it
# in a real VS Code. Exit status 3 says, in its last line, what cannot be had here.
# Where RIGRUN_E2E_DIST names a folder of a release, its package is the one driven.
#
#   e2e/vscode/run.sh [ARTEFACTS]      screenshots; default editors/vscode/test/artefacts/vscode
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
artefacts=${1:-editors/vscode/test/artefacts/vscode}

case $(uname -sm) in
"Linux x86_64" | "Linux aarch64") ;;
*) echo "code-server is set up on Linux only"; exit 3 ;;
esac
CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
[ -n "$CHROMIUM" ] || { echo "Chromium is not installed"; exit 3; }
export CHROMIUM

here=$(editors/vscode/setup.sh) || { code=$?; echo "$here"; exit $code; }
PATH="$here:$PATH"
cache=$(e2e/vscode/setup.sh) || { code=$?; echo "$cache"; exit $code; }
target=$(node -p 'process.platform + "-" + process.arch')
if [ -n "${RIGRUN_E2E_DIST:-}" ]; then packages=$RIGRUN_E2E_DIST; else
	packages=editors/vscode/dist-vsix
	(cd editors/vscode && node package.mjs --host)
fi
vsix=$(ls -t "$packages/rigrun-$target"-*.vsix | head -n 1)
node e2e/vscode/run.mjs "$cache" "$vsix" "$artefacts"
