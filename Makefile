# `make check` and `make test` need Python 3.11 or later, pip and make, and do the rest themselves.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: check test lint format clean

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

clean:
	rm -rf $(VENV) build dist *.egg-info

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(VENV)/bin/python pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/installed-dev: $(VENV)/bin/python pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --editable ".[dev]"
	@touch $@ $(VENV)/installed
