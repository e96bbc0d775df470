#!/usr/bin/env bash
# Installs code-server, which is VS Code in a browser, into the developers' cache
# folder, once: from an empty folder about a minute and 900 MB. Node is to be on
# PATH (editors/vscode/setup.sh).
#
#   e2e/vscode/setup.sh      prints the folder
#
# Exit status 3 says, in its last line, what cannot be had here.
set -euo pipefail

version=4.139.1
export NODE_USE_SYSTEM_CA=1 # as Debian's own Node does: behind a proxy of its own certificate nothing can be fetched otherwise
here=${RIGRUN_DEV_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rigrun-lsp-dev}/vscode
done="$here/code-server-$version"

# FOLDER ARGUMENTS…: packages of npm. No scripts: one of them wants the headers of
# Kerberos. Of a thousand downloads one may end early; what came is kept for the next try.
install() {
	local try said
	mkdir -p "$1"
	[ -f "$1/package.json" ] || echo '{"private": true}' >"$1/package.json"
	said=$(mktemp)
	for try in 1 2 3; do
		(cd "$1" && npm install --no-audit --no-fund --ignore-scripts "${@:2}" 2>&1 | tee "$said" >&2) && { rm "$said"; return; }
		sleep $((try * 5))
	done
	echo "code-server $version could not be installed from npm in three tries: $(reason "$said")"
	exit 3
}

# LOG: what npm says first of its failure, in one line.
reason() { grep -iE '^npm (err!|error) +[^ ]' "$1" | grep -vE 'complete log|-debug-0.log' | head -n 4 | sed -E 's/^npm (ERR!|error) +//' | paste -sd ';' | cut -c 1-400; }

# What the scripts would have compiled. The watchdog ends an extension host that
# hangs without its parent; the run ends the whole process group instead. Without
# spdlog no log is written, and nothing else is different.
native() {
	local modules="$here/cs/node_modules/code-server/lib/vscode/node_modules"
	mkdir -p "$modules/@vscode/native-watchdog/build/Release" "$modules/@vscode/spdlog/build/Release"
	echo 'exports.start = () => undefined;' >"$modules/@vscode/native-watchdog/build/Release/watchdog.js"
	command -v g++ >/dev/null || return 0
	install "$here/headers" node-api-headers
	(cd "$modules/@vscode/spdlog" && g++ -std=c++20 -O0 -fPIC -shared \
		-I "$here/headers/node_modules/node-api-headers/include" -I node_modules/node-addon-api -I deps/spdlog/include \
		-DNAPI_CPP_EXCEPTIONS -DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS -DFMT_CONSTEVAL= \
		-DNODE_GYP_MODULE_NAME=spdlog -DBUILDING_NODE_EXTENSION \
		src/main.cc src/logger.cc -o build/Release/spdlog.node) >&2 || echo "going on without spdlog" >&2
}

if [ ! -f "$done" ]; then
	install "$here/cs" "code-server@$version"
	code="$here/cs/node_modules/code-server/lib/vscode"
	install "$code" --omit=dev
	install "$code/extensions" --omit=dev
	native
	(cd "$code/bin/remote-cli" && ln -sf code-linux.sh code-server)
	(cd "$code/bin/helpers" && ln -sf browser-linux.sh browser.sh)
	touch "$done"
fi
echo "$here"
