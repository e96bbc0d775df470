#!/usr/bin/env bash
# Installs code-server, which is VS Code in a browser, into the developers' cache
# folder, once: from an empty folder about two minutes and 900 MB.
#
#   e2e/vscode/setup.sh      prints the folder
set -euo pipefail

node_version=24
code_version=4.139.1
here=${RIGRUN_DEV_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rigrun-lsp-dev}/vscode
done="$here/code-server-$code_version"

install() { # FOLDER ARGUMENTS…: packages of npm into a folder of their own
	mkdir -p "$1"
	(cd "$1" && { [ -f package.json ] || npm init -y >/dev/null; } && npm install --no-audit --no-fund "${@:2}" >&2)
}

if [ ! -f "$done" ]; then
	# code-server wants exactly this Node; the package of that name brings the program.
	install "$here/node24" "node@$node_version"
	export PATH="$here/node24/node_modules/node/bin:$PATH"
	# Without scripts: one of them wants the headers of Kerberos. What else they do follows.
	install "$here/cs" "code-server@$code_version" --ignore-scripts
	code="$here/cs/node_modules/code-server/lib/vscode"
	install "$code" --omit=dev --ignore-scripts
	install "$code/extensions" --omit=dev --ignore-scripts
	(cd "$code" && npm rebuild @vscode/spdlog @vscode/native-watchdog >&2)
	(cd "$code/bin/remote-cli" && ln -sf code-linux.sh code-server)
	(cd "$code/bin/helpers" && ln -sf browser-linux.sh browser.sh)
	touch "$done"
fi
echo "$here"
