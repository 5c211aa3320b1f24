# The commands of this project; `make help` lists them.
PYTHON ?= python3
# Programs that tests start load compiled code; where writing it is forbidden each would compile for seconds.
export PYTHONDONTWRITEBYTECODE =

VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo demo-check run test check mutate fuzz bench clean

help: ## list these commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

$(VENV)/runtime: setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed (set PYTHON=...)" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/development: $(VENV)/runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(VENV)/runtime ## set up and run the server with three sample portals
	@$(BIN)/idp demo

demo-check: $(VENV)/development ## the demo's journey in a headless browser; exits 0 when all of it holds
	@$(BIN)/python -m tests.browser
	@$(BIN)/python -m tests.demo_check

run: $(VENV)/runtime ## run the server alone, configured by IDP_ settings
	@$(BIN)/idp serve

test: $(VENV)/development ## set up and run all tests, on SQLite and on a real PostgreSQL
	@$(BIN)/python -m tests.browser
	@$(BIN)/python -m tests.interop.apache
	$(BIN)/python -m pytest -n 2 --dist loadfile
	$(BIN)/python -m pytest -n 2 --dist loadfile --database postgresql tests/packages tests/spec tests/attacks tests/stores

check: $(VENV)/development ## lint, types, layers, then all tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	cd clients/kit && $(CURDIR)/$(BIN)/mypy --strict --explicit-package-bases resource_server example.py
	$(BIN)/lint-imports
	$(MAKE) test

mutate: $(VENV)/development ## break the server in one place at a time; the tests of each requirement must notice
	@$(BIN)/python -m tests.mutations

fuzz: $(VENV)/development ## fuzz the readers for an hour (MINUTES=60), led by coverage
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[fuzz]'
	@$(BIN)/python -m tests.fuzz --minutes $(or $(MINUTES),60)

bench: $(VENV)/development ## measure the server as in production, beside a peer where node is present
	@$(BIN)/python -m tests.bench

clean: ## remove what the commands above made, but no keys and no data
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis build *.egg-info
