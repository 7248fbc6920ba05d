# Two commands are all a newcomer needs: `make demo` and `make test`. Both set the project up on the first run.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?=
MAPPING ?=
ORDERS ?= 8000

# Who is done takes over from the others.
TESTING := -n auto --dist worksteal

.PHONY: demo test test-sqlite test-postgres journeys lint bench lock texts clean

$(VENV)/demo.stamp: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Ombud needs Python 3.11 or newer: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock $(VENV)/demo.stamp
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(VENV)/demo.stamp  ## orders turn into cases, on a small generated marketplace or on DATA=folder MAPPING=file.sql
	@$(BIN)/python examples/demo.py $(if $(DATA),--data $(DATA)) $(if $(MAPPING),--mapping $(MAPPING)) --orders $(ORDERS)

test: test-sqlite test-postgres  ## the whole suite; all that opens the store on both databases

test-sqlite: $(VENV)/dev.stamp
	$(BIN)/pytest $(TESTING)

test-postgres: $(VENV)/dev.stamp  ## on a throwaway PostgreSQL, or on DATABASE_URL where that is set
	@POSTGRES_FSYNC=off tests/with_postgres $(BIN)/pytest $(TESTING) --store-only

journeys: $(VENV)/dev.stamp  ## each journey through the pages in each language at each width; `make test` goes each in one
	$(BIN)/pytest $(TESTING) --every-view tests/web/journeys

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/dev.stamp  ## measures everything in docs/performance.md; SCALE=small for a quick look
	$(BIN)/python -m benchmarks $(if $(SCALE),--scale $(SCALE))

texts: $(VENV)/dev.stamp  ## gathers the words to translate and compiles the translations
	$(BIN)/pybabel -q extract --project=ombud --omit-header --no-location --sort-output -F src/ombud/locale/gather.cfg -k _ -k N_ -o src/ombud/locale/django.pot src/ombud
	for language in ru zh_Hans; do $(BIN)/pybabel -q update --init-missing --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --no-wrap -D django -i src/ombud/locale/django.pot -d src/ombud/locale -l $$language; done
	$(BIN)/pybabel -q compile -D django -d src/ombud/locale

lock: $(VENV)/demo.stamp  ## after a change of dependencies
	$(BIN)/pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --extra dev --extra s3 --extra spark -o requirements-dev.lock pyproject.toml
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url -c requirements-dev.lock -o requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) demo build dist
