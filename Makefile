# `make check` and `make test` need Python 3.11 or later, pip and make, and do the rest themselves.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

PEERS := .venv-peers/installed .venv-neural-tangents/installed

.PHONY: check test lint format bench clean

check: $(VENV)/installed
	$(BIN)/theorems check
	@echo
	@# Findings are what the example is there to show, so exit code 1 is as it should be.
	$(BIN)/theorems audit examples/summary.pt.md || test $$? -eq 1

test: $(VENV)/installed-dev
	$(BIN)/python -m pytest -n auto

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/python tests/imports.py

format: $(VENV)/installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Half an hour on a quiet machine; the peers are installed apart from the project.
bench: $(VENV)/installed-dev $(PEERS)
	$(BIN)/python benchmarks/run.py

clean:
	rm -rf $(VENV) .venv-peers .venv-neural-tangents build dist *.egg-info

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(VENV)/bin/python pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv-peers/installed: benchmarks/peers/requirements.txt
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

.venv-neural-tangents/installed: benchmarks/peers/neural_tangents.txt
	$(PYTHON) -m venv .venv-neural-tangents
	.venv-neural-tangents/bin/pip install --quiet --disable-pip-version-check -r $<
	.venv-neural-tangents/bin/pip install --quiet --disable-pip-version-check --no-deps neural-tangents==0.6.5
	@touch $@

$(VENV)/installed-dev: $(VENV)/bin/python pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --editable ".[dev]"
	@touch $@ $(VENV)/installed
