# Everything a developer runs. Only Go, git and make are needed: other tools are
# made on demand, in one cache folder outside the tree, at the versions below.

SHELL := /bin/bash
.DEFAULT_GOAL := help

GO ?= go
BINARY := bin/rigrun-lsp
FUZZTIME ?= 20s
PREFIX ?= $(HOME)/.local
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null)

# Large packages in which an answer spends no time to speak of. They are compiled
# without inlining, which makes the program a twenty-fifth smaller. No package gets the
# tables for debuggers, which the linker would leave out (-s -w): a twelfth of the time.
# GOGC has the compiler collect its garbage less often, up to GOMEMLIMIT of memory (the
# largest package takes as much either way): another fifth.
COLD := go.lsp.dev/protocol go/... go.uber.org/zap/... github.com/pelletier/go-toml/... \
	net/http crypto/x509 math/big encoding/asn1 ./engine/backend/outline ./engine/config \
	crypto/tls net crypto/internal/fips140/mlkem regexp/syntax ./lsp/acp ./engine/assemble \
	./engine/audit ./engine/backend/transport ./engine/cache/redis ./engine/store/export \
	./engine/ledger ./engine/doctor ./engine/edit ./engine/tools ./engine/workspace \
	database/sql crypto/internal/fips140/nistec ./engine/complete ./engine/backend/local \
	./engine/backend/openai ./engine/backend/ollama ./engine/database mime/multipart net/textproto \
	crypto/hpke crypto/rsa crypto/internal/fips140/rsa crypto/ecdsa text/tabwriter ./engine/filelock \
	crypto/internal/fips140/ecdsa vendor/golang.org/x/net/... mime ./lsp/slash ./cmd/rigrun-lsp \
	github.com/aymanbagabas/go-udiff/... golang.org/x/text/... os/exec os/user html log/slog/... \
	vendor/golang.org/x/crypto/... vendor/golang.org/x/text/... net/http/internal/... compress/flate \
	crypto/internal/fips140/tls12 crypto/internal/fips140/tls13 crypto/internal/fips140/edwards25519/... \
	crypto/internal/fips140/drbg crypto/des crypto/elliptic crypto/ecdh encoding/base32 net/url net/netip \
	flag os/signal encoding/pem crypto/internal/fips140/bigmod crypto/internal/fips140/ecdh crypto/internal/fips140/ed25519 \
	crypto/x509/pkix go.lsp.dev/uri crypto/internal/fips140/nistec/fiat
COMPILE = CGO_ENABLED=0 GOGC=800 GOMEMLIMIT=1GiB $(GO) build -trimpath -gcflags=all=-dwarf=false $(COLD:%='-gcflags=%=-l -dwarf=false')

export RIGRUN_DEV_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/rigrun-lsp-dev

GOLANGCI_VERSION := v2.15.0
GOLANGCI_DIR := $(RIGRUN_DEV_CACHE)/tools/golangci-lint-$(GOLANGCI_VERSION)
export GOLANGCI := $(GOLANGCI_DIR)/golangci-lint
export GOLANGCI_LINT_CACHE ?= $(RIGRUN_DEV_CACHE)/golangci-lint-results

.PHONY: help build install demo check test lint fmt fmt-lua fuzz bench growth e2e e2e-ollama e2e-vscode vsix dist walk tools clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build bin/rigrun-lsp, one static file
	@if [ -e '$(BINARY)' ]; then echo 'building $(BINARY)'; \
	else echo 'building $(BINARY); the first time takes a minute or two'; $(MAKE) -s ahead; fi
	@$(COMPILE) -ldflags "-s -w -X main.buildVersion=$(VERSION)" -o '$(BINARY)' ./cmd/rigrun-lsp

# What a first build would not do by itself: compile Go's own library while the modules
# are fetched, and begin with the package that takes longest (Go takes them in the order
# they are named), lest one processor waits for it in the end.
.PHONY: ahead
ahead:
	@$(COMPILE) net/http database/sql go/format & $(GO) list -deps ./cmd/rigrun-lsp >/dev/null; wait
	@$(COMPILE) modernc.org/sqlite/lib ./lsp ./lsp/acp ./engine/assemble

install: build ## build, and put it into PREFIX/bin (default ~/.local)
	@mkdir -p '$(DESTDIR)$(PREFIX)/bin' && install -m 755 '$(BINARY)' '$(DESTDIR)$(PREFIX)/bin/'
	@echo "installed $(DESTDIR)$(PREFIX)/bin/$(notdir $(BINARY))"
	@case ":$$PATH:" in *':$(PREFIX)/bin:'*) ;; *) echo 'which is not on PATH yet: add to your shell: export PATH="$(PREFIX)/bin:$$PATH"';; esac

demo: build ## ask about a real Go file as an editor would and watch the answer stream (FILE=… LINES=a:b)
	@$(BINARY) demo $(if $(FILE),--file '$(FILE)') $(if $(LINES),--lines '$(LINES)')

check: ## the quick loop: format, vet, lint where it is installed, short tests
	@.ci/test format vet lint-if-there quick

test: ## everything CI runs: what it needs from Debian (as root), format, vet, lint, Lua, race tests, what may leak, other systems, a release, end to end, VS Code
	@.ci/test system format vet modules cross lint lua unit leaks dist e2e extension panel vscode

lint: tools ## golangci-lint with every check of .golangci.yml
	$(GOLANGCI) run ./...

fmt: tools ## write every Go file in gofumpt's form
	$(GOLANGCI) fmt

fmt-lua: ## write every Lua file in StyLua's form
	@.ci/lua --write $$(git ls-files '*.lua' | grep -v /testdata/)

fuzz: ## run each fuzz target for FUZZTIME (default 20s)
	@FUZZTIME=$(FUZZTIME) .ci/fuzz

bench: ## measure side by side with the peers; prints ratios
	cd bench && $(GO) run .

growth: ## measure cost against size, the panel in Chromium too; writes docs/growth and its table (ONLY=tokens)
	cd bench && $(GO) run ./growth -only '$(ONLY)'

e2e: ## real model server, real binary: llama-server with a tiny model
	RIGRUN_E2E=llama $(GO) test -count=1 -v ./e2e/...

e2e-ollama: ## the same against an ollama found on PATH
	RIGRUN_E2E=ollama $(GO) test -count=1 -v ./e2e

e2e-vscode: ## the VS Code extension in a real VS Code, in Chromium
	e2e/vscode/run.sh

vsix: ## package the VS Code extension for every platform, the server inside
	@node=$$(editors/vscode/setup.sh) || { echo "the extension cannot be packaged: $$(tail -n 1 <<<"$$node")" >&2; exit 1; }; \
	cd editors/vscode && PATH="$$node:$$PATH" node package.mjs

dist: vsix ## everything a release consists of, in dist/: the same commit gives the same bytes
	cd .ci/dist && $(GO) run .

walk: ## as root on Debian: bare machines in folders, this repository cloned there, the README's two commands typed
	.ci/walk

tools: $(GOLANGCI) ## make the developers' tools in the cache folder

$(GOLANGCI):
	GOBIN='$(GOLANGCI_DIR)' GOFLAGS= $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)

clean: ## remove what was built in the tree (the cache folder stays)
	rm -rf bin dist
