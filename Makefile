# Weir: build, try, test. "make help" says what there is.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# Stamps of what was done, so that nothing is done twice.
CACHE := .cache

VERSION := $(shell git describe --tags --dirty 2>/dev/null || echo devel)
COMMIT  := $(shell git rev-parse --short=12 HEAD 2>/dev/null)
DATE    := $(shell git show -s --format=%cI HEAD 2>/dev/null)
LDFLAGS := -s -w -X main.version=$(VERSION) -X main.commit=$(COMMIT) -X main.date=$(DATE)

GO   ?= go
NPM  ?= npm
TOOL := $(GO) tool -modfile=tools.mod
NODE := $(shell command -v node 2>/dev/null)

# The country database that is built into the binary, and where it comes from.
COUNTRIES := internal/enrich/geo/data/country.geo.gz
COUNTRY_PACKAGE := ui/node_modules/@ip-location-db/geo-whois-asn-country-mmdb

# The licences of what is inside the binary, and what the build of the page says of its part.
LICENCES := internal/licences/data/licences.json.gz
PAGE_LICENCES := ui/dist/app/licences.json

PAGE_SOURCES := $(shell find ui/src ui/public ui/index.html ui/package.json ui/package-lock.json ui/tsconfig.json ui/vite.config.ts ui/licences.ts internal/server/testdata/openapi.json -type f 2>/dev/null)

.PHONY: help
help: ## say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

# At random addresses, so that a fault in memory is harder to use. It costs no
# speed that can be measured (docs/explanation/speed.md).
MODE := -buildmode=pie

.PHONY: build
build: page countries licences ## build bin/weir, with the page, the countries and the licences inside
	$(GO) build $(MODE) -trimpath -ldflags '$(LDFLAGS)' -o bin/weir ./cmd/weir

.PHONY: demo
demo: build ## build, simulate a network, and show it on the page
	bin/weir demo

.PHONY: test
test: ## lint and test everything, with the page in a real browser
	scripts/test

# What is measured (rooms, ingest, scale, kql, page or all), and over how many facts: make bench PART=scale ROWS=100M
PART ?= all
ROWS ?= 10M

.PHONY: bench
bench: countries ## measure, with input, command and machine; PART (rooms, ingest, scale, kql, page) chooses, ROWS=100M is for scale and kql
	scripts/bench '$(PART)' '$(ROWS)'

# How long each target is fuzzed, and which: make fuzz TIME=5m TARGET=decode
TIME ?= 30s
TARGET ?= .

.PHONY: fuzz
fuzz: ## run every fuzz target for TIME (30s); TARGET chooses some
	scripts/fuzz '$(TIME)' '$(TARGET)'

.PHONY: lint
lint: lint-go lint-vulnerabilities lint-page lint-scripts ## check form and rules of all sources

.PHONY: lint-go
lint-go:
	scripts/lint-go

.PHONY: lint-vulnerabilities
lint-vulnerabilities:
	scripts/lint-vulnerabilities

.PHONY: lint-page
lint-page:
ifneq ($(NODE),)
	$(MAKE) $(CACHE)/npm
	$(NPM) --prefix ui run --silent lint
else
	@scripts/missing node "the page is not checked"
endif

.PHONY: lint-scripts
lint-scripts:
	scripts/lint-scripts

.PHONY: generate
generate: ## write the generated pages of docs/reference anew
	$(GO) generate ./...

.PHONY: clean
clean: ## remove what was built
	rm -rf bin $(CACHE) ui/dist/app ui/node_modules $(COUNTRIES) $(LICENCES)

.PHONY: page
page:
ifneq ($(NODE),)
	@$(MAKE) --no-print-directory $(CACHE)/page
else
	@scripts/missing node "bin/weir is built without the page"
endif

.PHONY: countries
countries:
ifneq ($(NODE),)
	@$(MAKE) --no-print-directory $(COUNTRIES)
else
	@scripts/missing node "bin/weir is built without a country database"
endif

# What is linked can change with any import, so this asks each time; the file is
# written only where it changes.
.PHONY: licences
licences:
	@$(GO) run ./internal/licences/collect -o $(LICENCES) \
		$(if $(wildcard $(PAGE_LICENCES)),-page $(PAGE_LICENCES)) \
		$(if $(wildcard $(COUNTRIES)),-countries $(COUNTRY_PACKAGE))

.PHONY: sbom
sbom: build ## write the bill of materials of bin/weir (SPDX) to bin/weir.spdx.json
	bin/weir licences --format spdx > bin/weir.spdx.json

$(CACHE)/npm: ui/package.json ui/package-lock.json
	$(NPM) --prefix ui ci --no-audit --no-fund
	@mkdir -p $(CACHE)
	@touch $@

$(CACHE)/page: $(CACHE)/npm $(PAGE_SOURCES)
	$(NPM) --prefix ui run build
	@touch $@

$(COUNTRIES): $(CACHE)/npm internal/enrich/geo/layout.go internal/enrich/geo/packed.go internal/enrich/geo/pack/main.go
	$(GO) run ./internal/enrich/geo/pack -o $@ $(COUNTRY_PACKAGE)/geo-whois-asn-country.mmdb
