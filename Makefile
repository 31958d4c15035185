# The commands of the house. `make run` and `make test` need nothing but Python 3.11 and make to begin with.

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin

.PHONY: run test check prove bench format lock clean

run: .venv/runtime
	@PORT=$(PORT) $(BIN)/dingen demo

test: .venv/development
	@$(BIN)/python tests/prepare.py
	@$(BIN)/python -m pytest -n 2 --dist worksteal

check: .venv/development
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m deptry .
	@$(BIN)/djlint --quiet --lint templates
	@$(BIN)/python scripts/messages.py --check
	@$(BIN)/dingen check content

prove: .venv/development
	@$(BIN)/python tests/prepare.py
	@DINGEN_PROVE=1 $(BIN)/python -m pytest -n 0 -m prove -s

bench: .venv/development
	@$(BIN)/python tests/prepare.py --bench
	@$(BIN)/python -m bench

format: .venv/development
	@$(BIN)/python -m ruff check --fix-only -q .
	@$(BIN)/python -m ruff format .

# The lock files carry hashes and no addresses.
lock: .venv/development
	@$(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  --python-version 3.11 --universal pyproject.toml --group install -o requirements.lock
	@$(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  --python-version 3.11 --universal pyproject.toml --group dev -o requirements-dev.lock

.venv/runtime: requirements.lock pyproject.toml
	@$(PYTHON) scripts/install.py requirements.lock
	@touch $@

.venv/development: requirements-dev.lock pyproject.toml
	@$(PYTHON) scripts/install.py requirements-dev.lock
	@touch $@ .venv/runtime

clean:
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .hypothesis
