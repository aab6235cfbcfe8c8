# Every target sets up .venv from the locked versions by itself; nothing else is needed but python3 (3.11 to 3.13) and make.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

# Real cities for tests and configs, where a folder of them lies beside the checkout.
ifneq ($(wildcard ../shared/data),)
LIFECIRCLE_DATA ?= $(abspath ../shared/data)
export LIFECIRCLE_DATA
endif

.PHONY: demo test test-all check fix figures bench schemas lock clean

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -c "import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 14) else 'lifecircle needs Python 3.11, 3.12 or 3.13; run make PYTHON=python3.12')"
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(STAMP)

demo: $(STAMP)  ## audit the sample town into maps/demo, offline
	$(BIN)/lifecircle demo --out maps/demo

check: $(STAMP)  ## the fast inner loop: format, lint, types, layers, unit tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q -m "not browser and not slow and not real"

test: $(STAMP)  ## everything but the exhaustive runs
	sh tools/browser.sh
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -m "not slow"

test-all: $(STAMP)  ## with the exhaustive runs and fresh random examples
	HYPOTHESIS_PROFILE=fresh $(BIN)/python -m pytest

fix: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

figures: $(STAMP)  ## draw the README's pictures anew from the demo
	sh tools/browser.sh
	$(BIN)/lifecircle demo --out maps/demo --lang en
	$(BIN)/python tools/readme_images.py maps/demo docs/images

bench: $(STAMP)  ## measure side by side with the peers, into benchmarks/results.md
	$(BIN)/python -m benchmarks

schemas: $(STAMP)  ## write the generated files of docs/ anew
	$(BIN)/python tools/generated_docs.py

lock: $(STAMP)  ## resolve the versions anew (needs uv)
	uv pip compile pyproject.toml --all-extras --universal --generate-hashes --no-emit-index-url --no-header -q -o requirements.lock

clean:
	rm -rf $(VENV) out .pytest_cache .mypy_cache .ruff_cache .hypothesis
