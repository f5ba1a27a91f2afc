# The front door. Everything here makes its own virtual environment from requirements/*.lock;
# nothing needs an activated one. `make` alone lists the targets.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3)
VENV ?= .venv
WORKERS ?= 2

bin := $(VENV)/bin
python := $(bin)/python
pip := $(python) -m pip --disable-pip-version-check --no-input install --quiet
pytest := $(python) -m pytest -p no:cacheprovider
parallel := -n $(WORKERS) --dist loadgroup

# Variables of the caller that would lead Python, pip or a test to other code or another place.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV WISGATE_DATA

.PHONY: help demo test test-quick check prove mutate bench docs docs-check new-chip \
        lock lock-check peers clean

help: ## List the targets.
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' Makefile | while IFS='|' read -r target sentence; \
	    do printf '%-20s %s\n' "$$target" "$$sentence"; done

demo: $(VENV)/.run ## Run the virtual gateway with its dashboard; prints the address to open.
	@exec $(bin)/wisgate demo $(ARGS)

test: $(VENV)/.dev ## Run every test, with the real peers (Mosquitto, Chromium, mbpoll).
	@sh tools/peers.sh $(VENV)
	@$(MAKE) --no-print-directory check
	@$(python) tools/lock_check.py --if-reachable
	@if [ -f tools/mutate.py ]; then $(python) tools/mutate.py --changed; fi
	$(pytest) $(parallel) -m 'not prove' $(ARGS)

test-quick: $(VENV)/.dev check ## Run the static checks and the tests that need only Python.
	$(pytest) $(parallel) -m 'not peers and not prove' $(ARGS)

check: $(VENV)/.dev ## Run ruff, mypy and the import contracts.
	@code=0; \
	$(bin)/ruff check . || code=1; \
	$(bin)/ruff format --check . || code=1; \
	$(bin)/mypy || code=1; \
	$(bin)/lint-imports --no-logo || code=1; \
	exit $$code

prove: $(VENV)/.dev ## Run the full-size proofs: soaks, long fuzz runs, many seeds.
	@sh tools/peers.sh $(VENV)
	$(pytest) --timeout 0 -m prove $(ARGS)

mutate: $(VENV)/.dev ## Break every register map, driver and twin on purpose; each break must be caught.
	@$(python) tools/mutate.py $(ARGS)

bench: $(VENV)/.bench ## Print figures: memory, processor time, start-up, throughput, beside their peers.
	@set -e; for file in bench/*.py; do \
	    [ -e "$$file" ] || continue; echo "== $$file"; $(python) "$$file"; done

docs: $(VENV)/.dev ## Write the generated pages anew.
	@$(python) tools/docs.py

docs-check: $(VENV)/.dev ## Fail when a generated page is out of date.
	@$(python) tools/docs.py --check

new-chip: $(VENV)/.dev ## Make the files of a new chip: make new-chip NAME=ina226
	@$(python) tools/new_chip.py '$(NAME)'

lock: $(VENV)/.base ## Resolve pyproject.toml into requirements/*.lock (UPGRADE=1: newest versions).
	@UPGRADE='$(UPGRADE)' sh tools/lock.sh $(python)

lock-check: $(VENV)/.base ## Prove that each run-time dependency has a wheel for aarch64 CPython 3.11.
	@$(python) tools/lock_check.py

peers: ## Install what the full tests talk to, or print the line that does.
	@sh tools/peers.sh $(VENV)

clean: ## Remove the virtual environment and everything that tools leave behind.
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment, in three steps; each leaves a stamp, so the second call costs nothing.
$(VENV)/.base:
	@'$(PYTHON)' -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "wisgate needs Python 3.11 or newer; $(PYTHON) is $$('$(PYTHON)' --version 2>&1)." \
	         "Install one, or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@'$(PYTHON)' -m venv $(VENV) || { \
	    echo "No virtual environment; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@touch $@

$(VENV)/.run: $(VENV)/.base requirements/run.lock requirements/build.lock pyproject.toml
	@echo "Installing the locked dependencies into $(VENV) …"
	@$(pip) --require-hashes -r requirements/build.lock -r requirements/run.lock
	@$(pip) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.bench: $(VENV)/.dev requirements/bench.lock
	@echo "Installing what the bench compares with into $(VENV) …"
	@$(pip) --require-hashes -r requirements/bench.lock
	@sh tools/rivals.sh $(VENV)
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.lock
	@echo "Installing the locked tools for tests into $(VENV) …"
	@$(pip) --require-hashes -r requirements/dev.lock
	@touch $@
