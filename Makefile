# The work of the house. `make test` is the whole of it: on a fresh Debian or Ubuntu machine it fetches
# what is missing, then checks and tests everything. The other targets are parts of it, for a working day.

SHELL := /bin/bash

.PHONY: help test check generate lint demo

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' Makefile

test: ## everything: what the machine needs, static checks, all tests with the race detector (PACKAGES=./internal/clause narrows it)
	@scripts/test $(PACKAGES)

check: ## the static checks alone: gofmt, build without C, vet, staticcheck, generated pages
	@scripts/check

generate: ## make the generated files again: page templates
	go generate ./...

lint: ## golangci-lint with .golangci.yaml, for developers who have it; CONTRIBUTING.md says how to get it
	golangci-lint run ./...

demo: ## five portals on one port, with sample people
	go run ./cmd/tereze demo
