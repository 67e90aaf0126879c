# `make demo` and `make test` need nothing but Python 3.11 or newer and this file.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help demo test lint generate check bench constraints clean

help:  ## Show what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /	/'

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

demo: $(READY)  ## Start the lab, audit it, show the report
	$(BIN)/auditor demo

test: $(READY)  ## Run the tests
	$(BIN)/python -m pytest -q

lint: $(READY)  ## Check style and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

generate: $(READY)  ## Write everything that is generated
	$(BIN)/python tools/generate.py

check: lint  ## Lint, and fail when something generated is stale or coverage has holes
	$(BIN)/python tools/generate.py --check
	$(BIN)/auditor policy check policies/acg.yaml policies/acg-strict.yaml policies/teams-direct-routing.yaml \
	  policies/mozilla-intermediate.yaml policies/mozilla-modern.yaml policies/rfc9325.yaml

bench: $(READY)  ## Measure beside other scanners (those that are installed)
	$(BIN)/python bench/run.py --quick

constraints: $(READY)  ## Pin what is installed now
	$(BIN)/python -m pip freeze --exclude-editable | LC_ALL=C sort -f > constraints.txt

clean:  ## Remove everything that can be made again
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
