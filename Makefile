# `make run` and `make test` each do everything from a bare checkout: Python ≥ 3.11, git and make are enough.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.DELETE_ON_ERROR:

PORT ?= 8000
HOST ?= 127.0.0.1
DEMO_DATA := data/demo
DEMO := CHENGXIN_DATA_DIR=$(DEMO_DATA) CHENGXIN_CITY=demo
BIN := .venv/bin
SUBJECTS ?= 20000
RATE ?= 3
MINUTES ?= 60
WORKERS ?= 2
UV_VERSION := 0.13.9
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
UV = $(shell command -v uv || echo $(BIN)/uv)
INSTALL = $(UV) pip install --quiet --python $(BIN)/python

.PHONY: run live test lint bench soak screenshots dictionary lock clean help

run: .venv/.stamp-run $(DEMO_DATA)/.loaded ## Set everything up, load the fictional city, serve it [PORT=8000]
	@echo "==> http://$(HOST):$(PORT)  (Ctrl-C stops it)"
	@exec env $(DEMO) $(BIN)/chengxin serve --host $(HOST) --port $(PORT) --with-indexer

live: .venv/.stamp-run $(DEMO_DATA)/.loaded ## Beside `make run`: publish new fictional records, a few a second, until Ctrl-C [RATE=3]
	@exec env $(DEMO) $(BIN)/chengxin demo --live --rate $(RATE)

test: .venv/.stamp-dev ## Set everything up, check types, style and imports, run every test
	@.ci/system-packages chromium fonts-noto-cjk maven postgresql docker-compose caddy prometheus systemd
	@$(MAKE) lint
	@echo "==> pytest"
	@$(BIN)/pytest --numprocesses $(WORKERS) --dist loadscope

lint: .venv/.stamp-dev ## Style, types and the direction of imports
	@echo "==> ruff"
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
	@echo "==> mypy"
	@$(BIN)/mypy
	@echo "==> lint-imports"
	@$(BIN)/lint-imports --no-logo

bench: .venv/.stamp-dev ## Measure on the real files and the fictional city, keep the figures in benchmarks/results [FULL=1]
	@.ci/system-packages wrk
	@$(BIN)/python -m benchmarks $(if $(FULL),--full)

soak: .venv/.stamp-dev ## Run everything under new records for an hour: is memory flat, does it keep up? [MINUTES=60]
	@$(BIN)/python -m benchmarks.soak --minutes $(MINUTES)

screenshots: .venv/.stamp-dev $(DEMO_DATA)/.loaded ## Take the pictures that the README shows, from the fictional city
	@.ci/system-packages chromium fonts-noto-cjk
	@$(BIN)/python -m docs.images.take

dictionary: .venv/.stamp-dev ## Write the data dictionary again, after the catalogue was changed
	@$(BIN)/python -m docs.dictionary

lock: .venv/.stamp-uv ## Choose versions again and write both lock files
	@for target in "requirements.lock" "requirements-dev.lock --group dev" "requirements-build.lock --group build"; do \
		echo "==> $${target%% *}"; \
		source=pyproject.toml; case "$$target" in *build*) source=;; esac; \
		$(UV) pip compile --quiet --universal --generate-hashes --python-version 3.11 --upgrade \
			--no-header --no-annotate $$source --output-file $$target; \
	done

clean: ## Remove what was made here: the environment, the demo's data, caches
	rm -rf .venv $(DEMO_DATA) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## This list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 14

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer was not found: install it, then run make again." >&2; exit 1; }
	@echo "==> $(PYTHON) -m venv .venv"
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || .ci/system-packages python3-venv
	@$(PYTHON) -m venv .venv

.venv/.stamp-uv: .venv/bin/python
	@command -v uv >/dev/null || test -x $(BIN)/uv || { echo "==> pip install uv" && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION); }
	@touch $@

.venv/.stamp-run: .venv/.stamp-uv requirements.lock requirements-build.lock pyproject.toml
	@echo "==> packages of requirements.lock"
	@$(INSTALL) --require-hashes --requirement requirements.lock
	@$(INSTALL) --no-deps --build-constraint requirements-build.lock --editable .
	@touch $@

.venv/.stamp-dev: .venv/.stamp-run requirements-dev.lock
	@echo "==> packages of requirements-dev.lock"
	@$(INSTALL) --require-hashes --requirement requirements-dev.lock
	@touch $@

$(DEMO_DATA)/.loaded: | .venv/.stamp-run
	@echo "==> $(SUBJECTS) fictional subjects into $(DEMO_DATA)"
	@$(DEMO) $(BIN)/chengxin demo --subjects $(SUBJECTS)
	@touch $@
