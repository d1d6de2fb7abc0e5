# What a person runs, and what CI runs. `make` alone lists the targets.
# Needs make and Python 3.11-3.13 with venv; everything else goes into .tools/ and .venv/.

SHELL := /bin/sh
UV_VERSION := 0.13.8
UV := .tools/uv/bin/uv
PY := .venv/bin/python
PROFILE ?= paper
ARGS ?=
KILLS ?= 20
AT_ONCE ?= 2
N ?= 20
HOURS ?= 24

# Every generated file has a command that writes it, and with --check only says whether it is fresh.
GENERATORS := "-m holdfast.config.generate" "tools/plan_coverage.py" "tools/cli_page.py" "tools/phases_page.py" "tools/api_page.py" "tools/runbook_schema.py" "tools/drill_schema.py" "tools/observability_files.py"

# Tests of whole processes, half a minute each.
STAGED := tests/contracts/test_staged_desk.py tests/contracts/test_staged_signals.py tests/flows/test_reconcile_flow.py \
	tests/crash/test_matrix.py tests/unit/rollout/test_verify_process.py

LAWS := tests/properties $(shell grep -rlE "^from hypothesis import" --include="test_*.py" tests/unit)

# Tests start hundreds of processes: without kept bytecode each would compile everything it imports.
unexport PYTHONDONTWRITEBYTECODE
export UV_PYTHON_DOWNLOADS := never
export HOLDFAST_SHARED ?= ../shared

# A home that is missing or cannot be written breaks uv and pip: their caches lie in the checkout then.
ifneq ($(shell [ -n "$$HOME" ] && [ -d "$$HOME" ] && [ -w "$$HOME" ] && echo good),good)
export UV_CACHE_DIR := $(CURDIR)/.tools/cache/uv
export PIP_CACHE_DIR := $(CURDIR)/.tools/cache/pip
export XDG_CACHE_HOME := $(CURDIR)/.tools/cache
ifneq ($(shell [ -d "$$HOME" ] && echo there),there)
export HOME := $(CURDIR)/.tools/home
endif
endif

.DEFAULT_GOAL := help
.PHONY: help up sync test staged thorough alone check bench bench-live crash-desk crash drills crash-tests day docs golden clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 14

up: sync ## start a whole desk in the foreground (PROFILE=paper ARGS="--slots 8"); Ctrl-C stops it
	@exec .venv/bin/holdfast up --profile $(PROFILE) $(ARGS)

sync: .venv/.synced ## make or refresh .venv from uv.lock

test: sync ## run all tests in random order, but for kills, drills and staged desks; ARGS go to pytest
	$(PY) -m pytest -n 3 --dist worksteal --ignore=tests/crash/test_up.py --ignore=tests/crash/test_up_staging.py --ignore=tests/drills $(STAGED:%=--ignore=%) $(ARGS)

staged: sync ## run the tests whose desks are processes on an emulated exchange, or are killed and verified
	$(PY) -m pytest -n 2 --dist worksteal --timeout=600 $(STAGED) $(ARGS)

thorough: sync ## try every law on six times the examples
	HYPOTHESIS_PROFILE=thorough $(PY) -m pytest -n 2 --dist worksteal --timeout=1200 $(LAWS) $(ARGS)

alone: sync ## run each test module in a fresh process of its own, AT_ONCE at a time, and name those that fail (slow)
	$(PY) tools/alone.py -n $(AT_ONCE) $(ARGS)

check: sync ## lock, lint, format, types, layers, dependencies, secrets, generated files, doctests
	$(UV) lock --check
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/deptry .
	$(PY) tools/secret_scan.py --tracked --history
	@for generator in $(GENERATORS); do echo "$$generator --check"; $(PY) $$generator --check || exit 1; done
	$(PY) -m pytest -q -p no:randomly --doctest-modules src/holdfast

bench: sync ## measure beside four peers in one run and rewrite docs/benchmarks.md
	$(PY) -m benchmarks.run $(ARGS)

bench-live: sync ## measure a live tick with everything on beside one with everything off, commits included
	$(PY) -m benchmarks.everything

crash-desk: sync ## kill desk, server, dashboard and up KILLS=20 times each and compare the books
	HOLDFAST_KILLS=$(KILLS) $(PY) -m pytest -p no:randomly --timeout=7200 tests/crash/test_up.py tests/crash/test_up_staging.py $(ARGS)

crash: sync ## kill a desk that trades on the emulator N times, its exchange N/10 times, and compare (ARGS="--seed 7")
	PYTHONPATH=tests $(PY) -m crash.matrix $(ARGS) kills --kills $(N)

drills: sync ## play every drill against the emulator with a LIVE desk, two at a time, and print the table
	$(PY) -m pytest -n 2 -m drills -p no:randomly --timeout=600 tests/drills $(ARGS)

crash-tests: sync ## run every test that kills processes
	$(PY) -m pytest -m crash $(ARGS)

day: sync ## let a desk trade HOURS of market time live, on a good road and then under the whole fault plan
	PYTHONPATH=tests $(PY) -m crash.matrix $(ARGS) day --hours $(HOURS) --slots 80
	PYTHONPATH=tests $(PY) -m crash.matrix $(ARGS) day --hours $(HOURS) --slots 8 --faults

docs: sync ## write the generated pages and schemas again
	@for generator in $(GENERATORS); do echo "$$generator"; $(PY) $$generator || exit 1; done

golden: sync ## write the golden files again; look at the diff before you commit it
	$(PY) -m pytest -p no:randomly tests/golden --rewrite-golden $(ARGS)

clean: ## remove caches and builds; the ledgers in var/, .venv and .tools stay
	rm -rf dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .grimp_cache .hypothesis
	find src flows tasks dashboards tests tools benchmarks -type d -name __pycache__ -prune -exec rm -rf {} +

# uv takes the version by number, so that it never builds .venv upon the environment uv itself lives in.
.venv/.synced: uv.lock pyproject.toml $(UV)
	@mkdir -p "$$HOME"
	@UV_PYTHON=$$(.tools/uv/bin/python -c 'import sys; print("%d.%d" % sys.version_info[:2])') \
		$(UV) sync --frozen --quiet
	@touch $@

$(UV):
	@python=""; \
	for each in python3.11 python3.12 python3.13 python3 python; do \
		if "$$each" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null; \
		then python="$$each"; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo "Install Python 3.11, 3.12 or 3.13 (Debian, Ubuntu: apt-get install python3 python3-venv)." >&2; exit 1; \
	fi; \
	if ! "$$python" -c 'import venv, ensurepip' 2>/dev/null; then \
		echo "Install the venv module of $$python (Debian, Ubuntu: apt-get install python3-venv)." >&2; exit 1; \
	fi; \
	echo "making .tools/uv with $$python"; \
	rm -rf .tools/uv; \
	"$$python" -m venv .tools/uv && .tools/uv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION) \
		|| { echo "Installing uv $(UV_VERSION) failed: make a package index reachable for pip, then run make again." >&2; rm -rf .tools/uv; exit 1; }
