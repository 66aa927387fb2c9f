# Targets for people and for continuous integration; `make` alone lists them.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.SUFFIXES:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
CITY ?= 3710
CATALOGUE := core/translations/en/LC_MESSAGES/messages

export PORT

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; say which with PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv is missing: on Debian, apt-get install python3-venv" >&2; exit 1; }

$(VENV)/.installed: deploy/requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(VENV)/.installed-tests: tests/requirements.txt | $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(CATALOGUE).mo: $(CATALOGUE).po | $(VENV)/.installed
	@$(BIN)/pybabel --quiet compile -i $< -o $@

.PHONY: install
install: $(VENV)/.installed $(CATALOGUE).mo ## Make .venv with everything the product needs

.PHONY: run
run: install ## Serve on 127.0.0.1:PORT (8000), with a worker; an empty database gets the demonstration city
	@$(BIN)/flask demo ready --city $(CITY)
	@exec $(BIN)/python deploy/run.py

.PHONY: system
system:
	@sh tests/system.sh

.PHONY: test
test: install $(VENV)/.installed-tests system ## Run every test, on SQLite and PostgreSQL, in a real browser too
	$(BIN)/python -m pytest -q -n auto --dist worksteal $(ARGS)

.PHONY: lint
lint: install $(VENV)/.installed-tests ## Style, types, directions of import, completeness of the translation
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python tests/translations.py

.PHONY: translations
translations: install ## Bring the English catalogue up to date with the source; then translate what is new
	$(BIN)/pybabel --quiet extract -F core/translations/babel.cfg -k _l --no-location --sort-output --omit-header -o $(VENV)/messages.pot .
	$(BIN)/pybabel --quiet update -i $(VENV)/messages.pot -d core/translations -l en --no-fuzzy-matching --ignore-pot-creation-date --ignore-obsolete

.PHONY: bench
bench: install $(VENV)/.installed-tests ## Measure what is claimed about speed, as ratios beside a peer
	$(BIN)/python -m bench

.PHONY: lock
lock: ## Lock the dependencies anew (needs uv)
	uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 pyproject.toml -o deploy/requirements.txt
	uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 -c deploy/requirements.txt pyproject.toml --group dev -o tests/requirements.txt

.PHONY: clean
clean: ## Remove what was installed and built; the data folder stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis $(CATALOGUE).mo
