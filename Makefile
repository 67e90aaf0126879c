# `make demo` and `make test` need nothing but Python 3.11 or newer and this file.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# A worker takes a whole file, so what its tests share is made once.  In the order of their names: the files with few
# tests are those with the slow ones, and would otherwise come last.
PYTEST := $(BIN)/python -m pytest -q --numprocesses auto --dist loadfile --no-loadscope-reorder

.PHONY: help demo quick test coverage lint generate check bench constraints clean

help:  ## Show what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /	/'

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

demo: $(READY)  ## Start the lab, audit it, show the report
	$(BIN)/auditor demo

quick: $(READY)  ## Run the tests that take under a minute together
	$(PYTEST) -m "not live and not slow"

test: $(READY)  ## Run all tests
	$(PYTEST)

# Of the rules, the plan, the evaluation, the answers and the rendering; no server is started for it.
coverage: $(READY)  ## Fail when a branch of what decides or shows it is not tested
	$(PYTEST) -m "not live and not slow" --hypothesis-profile=few --cov --cov-report= \
	  tests/rules tests/render tests/deployment tests/requirements tests/certificates/test_root_programs.py \
	  tests/test_evaluate.py tests/test_plan.py tests/test_explain.py
	$(BIN)/coverage report --show-missing --skip-covered --fail-under=100

lint: $(READY)  ## Check style and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

generate: $(READY)  ## Write everything that is generated
	$(BIN)/python tools/generate.py

check: lint coverage  ## Lint, and fail when something generated is stale or coverage has holes
	$(BIN)/python tools/generate.py --check
	$(BIN)/auditor policy check policies/acg.yaml policies/acg-strict.yaml policies/acg-gateway.yaml \
	  policies/teams-direct-routing.yaml policies/mozilla-intermediate.yaml policies/mozilla-modern.yaml policies/rfc9325.yaml

bench: $(READY)  ## Measure beside other scanners (those that are installed)
	$(BIN)/python bench/run.py --quick

constraints: $(READY)  ## Pin what is installed now
	$(BIN)/python -m pip freeze --exclude-editable | LC_ALL=C sort -f > constraints.txt

clean:  ## Remove everything that can be made again
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
