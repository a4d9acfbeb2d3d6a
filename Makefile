# One virtual environment, .venv, holds everything; the system's Python is only asked to create it.
PYTHON ?= python3
UV := 0.13.9
BIN := .venv/bin
READY := .venv/.ready

# uv works in our own environment, with the Python that made it, and never downloads another.
export UV_PROJECT_ENVIRONMENT := .venv
export UV_PYTHON := $(BIN)/python
export UV_PYTHON_DOWNLOADS := never
# A hospital's network often has a certificate authority of its own; the machine's store knows it.
export UV_SYSTEM_CERTS := 1
unexport VIRTUAL_ENV

.PHONY: demo test lint bench fuzz hapi picture reading sealed

demo: $(READY)  ## start the service with demo patients, fire one call, show its cards, keep serving
	@exec $(BIN)/cartsign demo

test: $(READY)  ## the whole default suite
	@$(BIN)/pytest

lint: $(READY)  ## style, types and the layer contracts
	@$(BIN)/ruff check && $(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(READY)  ## server CPU per call beside a bare framework's, two minutes; for memory see tests/bench/README.md
	@PYTHONPATH=tests $(BIN)/python -m bench.run
	@PYTHONPATH=tests $(BIN)/python -m bench.reading

fuzz: $(READY)  ## 100,000 mutated requests, twenty minutes; SEED=, MUTANTS= and ONLY= as in tests/fuzz/README.md
	@PYTHONPATH=tests $(BIN)/python -m fuzz.campaign $(SEED:%=--seed %) $(MUTANTS:%=--mutants %) $(ONLY:%=--only %)

hapi: $(READY)  ## the service against a real HAPI FHIR server; needs Java 17 and Maven, downloads 170 MB once
	@REQUIRE_HAPI=1 $(BIN)/pytest tests/hapi

reading: $(READY)  ## how well the labelled development cases are read, beside a list of keywords
	@PYTHONPATH=tests $(BIN)/python -m reading.measure

sealed: $(READY)  ## open the sealed cases, once for a report: prints figures, logs the opening
	@PYTHONPATH=tests $(BIN)/python -m sealed.opening

picture: $(READY)  ## take the README's pictures of the mock EHR anew; needs Chromium
	@PYTHONPATH=tests $(BIN)/python tests/browser/picture.py

$(READY): pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit("Cartsign needs Python 3.11 or newer; set PYTHON=") if sys.version_info < (3, 11) else 0'
	@echo "Installing into .venv (this once; a minute or so where nothing is cached)"
	@test -x $(BIN)/uv || { $(PYTHON) -m venv .venv && $(BIN)/python -m pip install --quiet uv==$(UV); }
	@$(BIN)/uv sync --quiet --frozen --inexact && touch $@
