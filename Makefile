SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
COMMIT ?= $(shell git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X main.version=$(VERSION) -X main.commit=$(COMMIT)
PLATFORMS := linux/amd64 linux/arm64 darwin/arm64
FUZZTIME ?= 10s
LINT_VERSION := v2.15.0

TOOLS := $(CURDIR)/.tools
LINT := $(TOOLS)/bin/golangci-lint-$(LINT_VERSION)

# The packages whose tests need nothing but Go. Those below test/ need real clients, which test/install brings.
UNIT = $(shell go list ./... | grep -v /test/)

# The JSON library reads these when a test binary starts; throng itself sets them (cmd/throng/environment.go).
export SONIC_USE_OPTDEC := 1
export SONIC_ENCODER_USE_VM := 1
# What test/install has put beside the tree comes before what the system has.
export PATH := $(TOOLS)/venv/bin:$(PATH)

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: build ## Build throng and serve it for development, on loopback
	./bin/throng serve --dev

.PHONY: build
build: ## Build bin/throng
	CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o bin/throng ./cmd/throng

.PHONY: test
test: ## Install what the tests need and run them all
	test/install
	$(MAKE) --no-print-directory check
	$(MAKE) --no-print-directory test-go
	$(MAKE) --no-print-directory test-race
	$(MAKE) --no-print-directory fuzz FUZZTIME=10000x
	$(MAKE) --no-print-directory e2e

.PHONY: check
check: ## Check format and vet
	@unformatted=$$(gofmt -s -l $$(git ls-files --cached --others --exclude-standard '*.go')); \
	if [[ -n $$unformatted ]]; then echo "not formatted with gofmt -s:"; echo "$$unformatted"; exit 1; fi
	go vet ./...
	go vet -tags conformance ./edge ./test/conformance

.PHONY: test-go
test-go: ## Run the tests that need only Go
	go test $(UNIT)

.PHONY: test-race
test-race: ## Run them with the race detector
	go test -race $(UNIT)

.PHONY: e2e
e2e: ## Run the tests with real clients (after test/install)
	go test -count=1 -timeout 20m ./test/...

.PHONY: fuzz
fuzz: ## Run each fuzz target for FUZZTIME: 30s, or 10000x for a number of inputs
	test/fuzz $(FUZZTIME)

.PHONY: conformance
conformance: ## Run the Autobahn suite for WebSocket (80 seconds, CPython 2.7)
	test/conformance/install
	go test -count=1 -v -tags conformance -timeout 20m ./test/conformance

.PHONY: lint
lint: $(LINT) ## Run golangci-lint, which is installed when it is missing
	$(LINT) run ./...

$(LINT):
	GOBIN=$(TOOLS)/bin go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)
	mv $(TOOLS)/bin/golangci-lint $@

.PHONY: bench
bench: ## Repeat the measurements of BENCHMARKS.md (BENCHFLAGS=--quick: see that it works)
	bench/install
	go run ./cmd/throng-bench $(BENCHFLAGS)

.PHONY: cross
cross: ## Build throng for every platform it runs on
	@for platform in $(PLATFORMS); do \
		target=bin/throng-$${platform/\//-}; echo "$$target"; \
		CGO_ENABLED=0 GOOS=$${platform%/*} GOARCH=$${platform#*/} go build -trimpath -ldflags '$(LDFLAGS)' -o $$target ./cmd/throng; \
	done

.PHONY: clean
clean: ## Remove what was built and installed
	rm -rf bin .tools test/e2e/js/node_modules
