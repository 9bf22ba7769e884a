# Everything runs in .venv, which `make setup` makes; PYTHON picks the interpreter (3.11 to 3.14).
PYTHON ?= python3
PY := .venv/bin/python
Q ?= How long can a Gen-4 clip be?

.PHONY: setup dev run test check ask ingest eval bench clean

setup: .venv/ready

# Torch first and by itself: a plain request would pull several GB of CUDA. Where the CPU index cannot be reached, pip goes
# on after two tries with what it finds.
.venv/ready: pyproject.toml constraints.txt
	test -x $(PY) || $(PYTHON) -m venv .venv
	$(PY) -m pip install --quiet --upgrade pip
	$(PY) -m pip install --quiet torch==2.13.0 --extra-index-url https://download.pytorch.org/whl/cpu --timeout 5 --retries 1
	$(PY) -m pip install --quiet -c constraints.txt -e .
	touch $@

dev: .venv/dev

.venv/dev: .venv/ready
	$(PY) -m pip install --quiet -c constraints.txt -e '.[dev]'
	touch $@

run: setup
	$(PY) -m rag ingest
	$(PY) -m streamlit run app.py

# The browser tests wait more than they work: they run beside the others, and tell what they found after them.
test: dev
	@$(PY) -m pytest -m browser > .venv/browser-tests.log 2>&1 & browser=$$!; \
	$(PY) -m pytest -m "not browser"; rest=$$?; \
	wait $$browser; shown=$$?; cat .venv/browser-tests.log; exit $$(( rest | shown ))

check: dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

ask: setup
	@$(PY) -m rag ask "$(Q)"

ingest: setup
	$(PY) -m rag ingest

eval: setup
	$(PY) -m rag eval --baseline tests/benchmarks/eval.json

bench: dev
	$(PY) tests/benchmarks/stock.py

clean:
	rm -rf .venv
