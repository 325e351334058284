# Each target makes .venv where there is none and installs once; a changed pyproject.toml or constraints.txt installs anew.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN ?= runs/demo
STUDY ?= demo

.PHONY: help report test lab bench check clean

help:
	@echo "make report   run the demo study and write its report (RUN=runs/demo STUDY=demo)"
	@echo "make test     run the tests (MARK='' includes the slow ones)"
	@echo "make lab      open JupyterLab on notebooks/"
	@echo "make bench    print the benchmarks' ratios (half an hour; with CLIRLAB_DATA an hour and a half)"
	@echo "make check    ruff, mypy and the order of the floors"

$(VENV)/installed: pyproject.toml constraints.txt
	@echo "== installing into $(VENV) (once; a few minutes)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

report: $(VENV)/installed
	@echo "== running the study $(STUDY) into $(RUN) (what is done there is not done again)"
	$(BIN)/clirlab study $(STUDY) --out $(RUN)
	$(BIN)/clirlab report $(RUN) --figures figures
	@echo "== open $(RUN)/report.html in a browser"

MARK ?= not slow
test: $(VENV)/installed
	@echo "== running the tests"
	$(BIN)/python -m pytest -m "$(MARK)"

lab: $(VENV)/installed
	@echo "== opening JupyterLab"
	$(BIN)/jupytext --sync notebooks/*.py
	$(BIN)/jupyter lab notebooks

bench: $(VENV)/installed
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

check: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_layers.py

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache build dist
