#!/usr/bin/env bash
# Installs what the extension is built and tested with: Node in the developers'
# cache folder, and the npm packages of package-lock.json beside this file. The
# first time takes half a minute.
#
#   PATH="$(editors/vscode/setup.sh):$PATH"      prints the folder of node
#
# Exit status 3 says, in its last line, what cannot be had here.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

node_version=24 # what code-server 4.139 wants
here=${RIGRUN_DEV_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rigrun-lsp-dev}/vscode/node$node_version

command -v npm >/dev/null || { echo "npm is not installed"; exit 3; }

# The package of that name brings the program.
if [ ! -x "$here/node_modules/node/bin/node" ]; then
	mkdir -p "$here"
	[ -f "$here/package.json" ] || echo '{"private": true}' >"$here/package.json"
	(cd "$here" && npm install --no-audit --no-fund "node@$node_version" >&2) ||
		{ echo "Node $node_version could not be installed from npm"; exit 3; }
fi
if [ ! -d node_modules ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
	npm ci --ignore-scripts --no-audit --no-fund >&2 ||
		{ echo "the extension's npm packages could not be installed"; exit 3; }
	touch node_modules/.package-lock.json
fi
echo "$here/node_modules/node/bin"
