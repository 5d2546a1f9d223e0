# The README's two commands are `make serve` and `make test`; both do all the set-up and are quick the second time.
.PHONY: serve test install lint format bench lock browser clean

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
STAMP := .venv/.installed
PORT ?= 8000

serve: install
	$(BIN)/hallway serve --port $(PORT) --ingest data

test: lint browser
	$(BIN)/python -m pytest --numprocesses 2 --dist loadgroup

install: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info[:2] == (3, 11) or sys.exit("Hallway needs Python 3.11; this is %s. Set PYTHON=/path/to/python3.11." % sys.version.split()[0])'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

lint: install
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: install
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

browser:
	@scripts/ensure_chromium.sh

bench: install  ## add INGEST="folder ..." to time ingest at scale too, SEARCH=address of a copy of a base for search
	$(BIN)/python scripts/bench_main_job.py
	$(if $(INGEST),$(BIN)/python scripts/bench_ingest.py $(INGEST))
	$(if $(SEARCH),$(BIN)/python scripts/bench_search.py $(SEARCH))

lock:
	scripts/lock.sh

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
