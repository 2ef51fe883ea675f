# One word per verb; the same on a laptop and in CI. Every verb sets up what it needs.
PYTHON ?= python3
PORT ?= 8501
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready

.PHONY: run class setup lint test test-postgres truth check shots static bench proof clean

run: $(READY)
	$(BIN)/streamlit run app.py --server.port $(PORT)

# The same for everybody on the local network: it says where phones find it.
class: $(READY)
	$(BIN)/streamlit run app.py --server.port $(PORT) --server.address "$$($(BIN)/python -m tools.every_interface)"

setup: $(READY)

$(READY): requirements.txt requirements-dev.txt requirements-postgres.txt tools/setup.sh
	PYTHON=$(PYTHON) VENV=$(VENV) bash tools/setup.sh
	touch $@

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

test: $(READY)
	$(BIN)/python -m tools.browser --install
	$(BIN)/python -m tools.proxy
	$(BIN)/pytest -n 2 tests/unit tests/app
	$(BIN)/pytest -n 2 --dist loadfile tests/e2e

# A class's rooms once more, on a PostgreSQL that is started for it and gone afterwards.
test-postgres: $(READY)
	$(BIN)/python -m tools.postgres $(BIN)/pytest tests/unit/core/rooms

# What pages claim, held against torch at every corner of the view: minutes.
truth: $(READY)
	$(BIN)/pytest -n 2 tests/truth

check: lint test

shots: $(READY)
	$(BIN)/python -m tools.browser --install
	$(BIN)/python -m tools.shots

# Break it as files in build/site; LIVE_URL= an app to link to, SITE_URL= where the files will be.
static: $(READY)
	$(BIN)/python -m tools.static

# The peers' packages stay beside the app's, not among them.
bench: $(READY)
	$(BIN)/python -m tools.browser --install
	$(BIN)/pip install --quiet --upgrade --target build/bench-packages -r requirements-bench.txt
	$(BIN)/python -m tests.bench

# A class of 200 through the loss of a replica and a restart of the database: needs nginx and PostgreSQL, and as root
# installs Debian's.
proof: $(READY)
	$(BIN)/python -m tests.bench.class_proof --single
	$(BIN)/python -m tests.bench.class_proof

clean:
	rm -rf $(VENV) build .pytest_cache .ruff_cache .mypy_cache .hypothesis
