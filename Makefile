# Everything one does with Callsheet. Each target sets up .venv by itself when needed.
PORT ?= 8000
PYTHON := .venv/bin/python
PYTEST := .venv/bin/pytest
# Each process has a database server of its own; one for each core, but not more than four, and one
# more, because tests in a browser and of programs wait half of their time.
PROCESSES ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1); [ $$n -gt 4 ] && n=4; echo $$((n + 1)))
# Only what is given is handed on; tests and the demo read them from the environment.
ifneq ($(DATA_DIR),)
export DATA_DIR
endif
ifneq ($(SOAK_SECONDS),)
export SOAK_SECONDS
endif
ifneq ($(PSPLIB),)
export PSPLIB
endif

.DEFAULT_GOAL := help
.PHONY: help setup demo test soak check fix bench lock shots docs messages

help: ## Print this list
	@echo "Callsheet: make <target>"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-10s %s\n", $$1, $$2}'

setup: ## Make .venv ready (all other targets do this first)
	@tools/setup
	@$(PYTHON) -m compileall -q src/callsheet
	@tools/kernels & tools/frontend; built=$$?; wait; exit $$built

demo: setup ## Demo studio on http://127.0.0.1:8000; PORT= another, DATA_DIR= its folder, ONCE=1 the story only
	@.venv/bin/callsheet demo --port $(PORT) $(if $(ONCE),--once)

test: setup ## All tests with small counts, in minutes; PROCESSES= how many share them
	@HYPOTHESIS_PROFILE=fast $(PYTEST) -m "not soak" -n $(PROCESSES) --dist loadfile

soak: setup ## The long tests: storms, kills, ten thousand examples; SOAK_SECONDS= bounds them
	@HYPOTHESIS_PROFILE=soak $(PYTEST) -m "soak or hypothesis"

check: setup ## Style, types, layers, generated docs, settings, migrations, lock
	@tools/check

fix: setup ## Repair what ruff can repair
	@.venv/bin/ruff check --fix --quiet . ; .venv/bin/ruff format .

bench: setup ## A benchmark: NAME=ledger, JSON=1 for one object; planner: ONLY=part,part PSPLIB=folder
	@test -n "$(NAME)" || { echo "Which? make bench NAME=$$(grep -l 'import Report' benchmarks/*.py | sed 's#.*/\(.*\)\.py#\1#' | paste -sd'|' -)"; exit 2; }
	@$(PYTHON) -m benchmarks.$(NAME) $(if $(JSON),--json) $(if $(ONLY),--only=$(ONLY))

lock: ## Write the locks again: newest versions, hashes, no hosts
	@tools/lock

shots: setup ## Pictures of every page, both themes, desktop and phone, into shots/
	@$(PYTHON) -m tools.shots

docs: setup ## Write the generated reference pages again
	@$(PYTHON) -m tools.reference

messages: setup ## Find the texts to translate, put them into the catalogues, compile those
	@$(PYTHON) -m tools.messages
