# make run    opens the desk        make test    runs the tests
# Both make their own environment in .venv from pinned, hashed requirements.

PY ?= $(shell for p in python3.14 python3.13 python3.12 python3.11 python3 python; do \
	$$p -c 'import sys, venv; raise SystemExit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)
V := .venv
READY := $(V)/.ready
RUN := $(V)/bin/python -m

.PHONY: run test lint types contracts check screenshots reference cold-start requirements clean

run: $(READY)
	@$(RUN) conciergedesk $(ARGS)

test: $(READY)
	@$(RUN) pytest -n 3 --dist worksteal $(ARGS)

lint: $(READY)
	@$(RUN) ruff check . && $(RUN) ruff format --check .

types: $(READY)
	@$(RUN) mypy

contracts: $(READY)
	@$(V)/bin/lint-imports --no-cache

check: test lint types contracts

screenshots: $(READY)
	@$(RUN) conciergedesk.ui.gallery docs/pictures

reference: $(READY)
	@$(RUN) conciergedesk.cli.reference docs/reference

cold-start: $(READY)
	@$(RUN) benchmarks.startup --quick

requirements: requirements.in
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --no-header --no-annotate requirements.in -o requirements.txt

clean:
	rm -rf $(V) .mypy_cache .ruff_cache .hypothesis dist build

$(READY): requirements.txt pyproject.toml
	@test -n "$(PY)" || { echo "Python 3.11 or newer is needed."; exit 1; }
	@test -x $(V)/bin/python || $(PY) -m venv $(V) || { rm -rf $(V); \
		echo "The venv module is missing: install your system's python3-venv package."; exit 1; }
	@echo "Preparing the environment (only the first time, about a minute)..."
	@$(V)/bin/python -m pip install -q --disable-pip-version-check --no-warn-script-location --require-hashes -r requirements.txt
	@$(V)/bin/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
