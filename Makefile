# Every target makes its own .venv from requirements.lock first; a second run starts at once.
# Needs Python 3.11 or newer, make and the package index. Another Python: make test PYTHON=/path/to/python3

MAKEFLAGS += --no-print-directory
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
ARGS ?=
UV ?= uv
LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header

ifndef PYTHON
PYTHON = $(shell for python in python3.11 python3.12 python3.13 python3 python3.14 python; do \
	$$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
endif

.PHONY: demo test check crawl bench simulate jupyter lock pictures clean help

help:
	@echo 'make demo      everything on this machine; ARGS="--seconds 20" ends by itself'
	@echo 'make test      the tests; ARGS="tests/rules -x" chooses some'
	@echo 'make check     lint, format, types, and the arrows of the architecture'
	@echo 'make crawl     500 real pages through the edge, compared with their site; needs nginx and python3-doc'
	@echo 'make bench     what a request costs, beside nginx and stock httpx (needs nginx and wrk), and what rules and learning cost; ARGS="--memory"'
	@echo 'make simulate  the policies beside Vowpal Wabbit and River in worlds whose truth is known; takes hours, ARGS="--seeds 2" is shorter'
	@echo 'make jupyter   a JupyterLab behind the edge, used in headless Chromium; ARGS="--direct" leaves the edge out'
	@echo 'make pictures  the pictures of the README, through headless Chromium'
	@echo 'make lock      new versions of the dependencies, with uv'
	@echo 'make clean     remove everything that was made'

demo: $(READY)
	@$(BIN)/windsock demo $(ARGS)

test: $(READY)
	@$(BIN)/python -m pytest $(ARGS)

check: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

crawl: $(READY)
	@$(BIN)/python -m tests.crawl

bench: $(READY)
	@$(BIN)/python -m loadtest.bench $(ARGS); held=$$?; \
	$(BIN)/python -m tests.bench.rules || held=1; $(BIN)/python -m tests.bench.signals || held=1; \
	$(BIN)/python -m tests.bench.learned || held=1; $(BIN)/python -m tests.bench.learner || held=1; \
	$(BIN)/python -m tests.bench.beacon || held=1; $(BIN)/python -m tests.bench.full_speed || held=1; exit $$held

simulate: $(READY)
	@$(BIN)/python -m tests.bench.learning $(ARGS)

jupyter: $(READY)
	@$(BIN)/python -m tests.jupyter $(ARGS)

pictures: $(READY)
	@$(BIN)/python -m edge.demo.photograph $(ARGS)

# One lock for all work here, and its part that the image needs. Both hold exact versions and hashes, and no index address.
lock:
	@command -v $(UV) >/dev/null || { echo 'make: uv is missing; install it (pip install uv) or name it: make lock UV=/path/to/uv' >&2; exit 2; }
	@$(LOCK) --upgrade --extra loadtest --group dev pyproject.toml -o requirements.lock
	@$(LOCK) --no-annotate --constraint requirements.lock pyproject.toml -o requirements-runtime.lock
	@$(LOCK) --upgrade tests/jupyter/requirements.in -o tests/jupyter/requirements.lock

clean:
	rm -rf $(VENV) dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find edge rules online_models loadtest tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo 'make: no Python 3.11 or newer with venv was found; install one (Debian: apt-get install python3-venv) or name it: make PYTHON=/path/to/python3' >&2; exit 2; }
	@echo 'Preparing $(VENV), once …'
	@"$(PYTHON)" -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
