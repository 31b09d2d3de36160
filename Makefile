# kzreport: what a person, a test machine and CI call. `make` alone lists the targets.
#
# The environment is .venv, made from the lock by pip: whatever this machine says to pip (index, certificate, cache) holds.
# Two stamps say what is in it: .venv/.run (what a report needs) and .venv/.dev (that, and what the tests need).

.DEFAULT_GOAL := help
.PHONY: help report test test-all types stored faults lab lint check docs bench test-conformance lock clean
.DELETE_ON_ERROR:

# Without bytecode every import takes twice as long: this variable, set on some machines, must not reach us.
unexport PYTHONDONTWRITEBYTECODE
unexport PYTHONHOME
unexport PYTHONPATH
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

BIN := .venv/bin
PIP := $(BIN)/python -m pip
PYTHON ?= python3.13 python3.12 python3.11 python3 python
ARGS ?=
MARKS ?= -m "not slow"
SEED ?= 1

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

report: .venv/.run  ## make the monthly edition in reports/ (ARGS="--as-of 2026-09-30 --lang fr")
	@$(BIN)/kzreport run monthly $(ARGS)

test: .venv/.dev  ## style, types, every notebook against its stored outputs, unit tests and doctests
	@$(BIN)/python tests/browser/install.py
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@$(MAKE) --no-print-directory -j 2 types stored
	$(BIN)/python -m pytest -n 2 --dist worksteal $(MARKS) $(ARGS)

test-all: MARKS :=
test-all: test  ## the same with the slow tests

# Side by side: mypy has one thread, and is as long at it as one process at the notebooks.
types: .venv/.dev  ## types only
	$(BIN)/mypy

stored: .venv/.dev  ## every notebook against its stored outputs
	$(BIN)/python -m pytest --nbval notebooks/ --nbval-kernel-name kzreport --nbval-cell-timeout 120

faults: .venv/.dev  ## kill, end, starve and double runs hundreds of times; three quarters of an hour (SEED=7: other moments)
	KZREPORT_FAULTS=1 KZREPORT_SEED=$(SEED) $(BIN)/python -m pytest -q -n 2 --dist worksteal -m faults tests $(ARGS)

lab: .venv/.run  ## open the project in JupyterLab (ARGS=--allow-root if you are root)
	@$(BIN)/kzreport lab $(ARGS)

lint: .venv/.dev  ## style and types only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check: .venv/.run  ## check data, report definitions, words and the shape of the notebooks; runs nothing
	@$(BIN)/kzreport check $(ARGS)

docs: .venv/.dev  ## build the documentation in docs/_build/html; a warning, or a link that leads nowhere, is an error
	@rm -rf docs/_build
	@$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet docs docs/_build/html $(ARGS)
	@$(BIN)/python docs/check_links.py docs/_build/html
	@echo "open docs/_build/html/index.html" >&2

bench: .venv-bench/.made  ## time it beside papermill, nbconvert, nbclient, ploomber-engine (ARGS=--quick); an hour
	@.venv-bench/bin/python benchmarks/compare.py $(ARGS)

test-conformance: .venv-conformance/.made  ## other packages' suites with an ordinary and a warm kernel (ARGS=nbclient for one)
	@.venv-conformance/bin/python tests/conformance/compare.py $(ARGS)

.venv-conformance/.made: requirements-dev.lock pyproject.toml | .venv/.made
	@$(BIN)/python -m venv .venv-conformance
	@.venv-conformance/bin/python -m pip install -qq --no-deps --require-hashes -r requirements-dev.lock
	@.venv-conformance/bin/python -m pip install -qq --no-deps --no-build-isolation -e .
	@.venv-conformance/bin/python -m pip install -qq --no-build-isolation -e '.[conformance]'
	@touch $@

# The locked versions for everybody, and then the others, which are in no lock. Those that cannot be installed are
# left out of the table, which says so.
.venv-bench/.made: requirements.lock pyproject.toml | .venv/.made
	@$(BIN)/python -m venv .venv-bench
	@.venv-bench/bin/python -m pip install -qq --no-deps --require-hashes -r requirements.lock
	@.venv-bench/bin/python -m pip install -qq --no-deps --no-build-isolation -e .
	@.venv-bench/bin/python -m pip install -qq --no-build-isolation -e '.[bench]' || \
	  echo "kzreport: what 'bench' in pyproject.toml names could not be installed; it is left out of the table" >&2
	@touch $@

# uv writes one lock for every Python and system. It does not read pip's configuration: behind a mirror set
# UV_DEFAULT_INDEX. Versions that are still allowed stay; `make lock ARGS=--upgrade` takes the newest of all.
LOCK := uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" $(ARGS) pyproject.toml \
        --extra pdf --group setup
lock:  ## make the two locks again from pyproject.toml (ARGS=--upgrade for newer versions)
	@command -v uv >/dev/null || { echo "make lock needs uv on PATH: python3 -m pip install uv" >&2; exit 2; }
	$(LOCK) -o requirements.lock
	$(LOCK) --extra dev -c requirements.lock -o requirements-dev.lock

clean:  ## remove the environment and the caches; reports/ stays
	rm -rf .venv .venv-bench .venv-conformance docs/_build docs/reference/generated .pytest_cache .ruff_cache .mypy_cache .hypothesis dist build
	find kzreport tests notebooks -name __pycache__ -o -name .ipynb_checkpoints | xargs rm -rf

# ---------------------------------------------------------------------------------------------- the environment

# $(call install,LOCK): what LOCK says, nothing else, every file against its hash; then kzreport itself, editable.
# Compiling apart from pip uses every core; test suites of other packages, a third of all files, are left out.
define install
	@echo "Installing $(1) into .venv (once; about a minute when nothing is cached) ..." >&2
	@$(PIP) install -qq --no-compile --no-deps --require-hashes -r $(1)
	@$(PIP) install -qq --no-compile --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -qq -j 0 -x '/tests?/' .venv/lib || true
endef

.venv/.run: requirements.lock pyproject.toml | .venv/.made
	$(call install,requirements.lock)
	@touch $@

.venv/.dev: requirements-dev.lock requirements.lock pyproject.toml | .venv/.made
	$(call install,requirements-dev.lock)
	@touch .venv/.run $@

# The first Python of the list that fits (PYTHON=/path/to/python to choose), and then the locked pip.
.venv/.made:
	@seen=; for py in $(PYTHON); do \
	  v=$$($$py -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue; seen="$$seen $$py=$$v"; \
	  case $$v in 3.11|3.12|3.13) ;; *) continue ;; esac; \
	  $$py -c 'import ensurepip, venv' 2>/dev/null || { seen="$$seen(without-venv)"; continue; }; \
	  echo "Making .venv with $$py (Python $$v) ..." >&2; \
	  rm -rf .venv && $$py -m venv .venv && exit 0 || exit 1; \
	done; \
	echo "kzreport: no fitting Python. Found:$${seen:- none}. Expected: 3.11, 3.12 or 3.13 with its venv module." >&2; \
	echo "  Install one (Debian, Ubuntu: apt-get install python3 python3-venv) or say make ... PYTHON=/path/to/python3.12" >&2; \
	exit 2
	@awk '/^[a-zA-Z0-9]/ { on = /^pip==/ } on' requirements.lock > .venv/pip.lock
	@$(PIP) install -qq --no-deps --require-hashes -r .venv/pip.lock
	@touch $@
