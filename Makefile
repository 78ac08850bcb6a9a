# run | test | lint | bench: the README's commands; CI calls the same ones.
# OMP_WAIT_POLICY: two programs on few cores would otherwise starve each other by spinning (12 -> 483 ms a question).
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
export OMP_WAIT_POLICY := PASSIVE

.PHONY: run test lint bench clean

run: $(VENV)/ready
	@$(BIN)/python app.py

test: $(VENV)/ready-dev
	$(BIN)/python -m pytest

lint: $(VENV)/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/ready-dev
	@echo "each script in benchmarks/ is one table of the README; see benchmarks/README.md"

# A stamp file says that this environment holds what these two files name.
$(VENV)/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/ready-dev: $(VENV)/ready
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) build *.egg-info index/store
