# Everything is installed below this folder: Python packages and Node in .venv, the CDK CLI in node_modules.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.DEFAULT_GOAL := help
.PHONY: help setup lock

help: ## Show this help
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(VENV)/.installed node_modules/.installed ## Install everything, from the lock files

$(VENV)/.installed: requirements.lock pyproject.toml
	@echo "Setting up Python packages and Node in $(VENV) (about a minute, once)"
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.12") if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

node_modules/.installed: package-lock.json $(VENV)/.installed
	@echo "Setting up the CDK CLI in node_modules"
	@npm ci --silent
	@touch $@

lock: setup ## Update requirements.lock and package-lock.json from pyproject.toml and package.json
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --all-extras --output-file requirements.lock pyproject.toml
	npm install --package-lock-only --silent
