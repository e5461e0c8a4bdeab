# Two commands matter: make run, make test. The rest is for those who change City Tools.
# Settings that may follow: PORT=8765 DEMO=no ARGS="…" PYTHON=/path/to/python3.12
PYTHON ?= python3
COMMANDS := run test prove bench lint check format lock staff setup

.DEFAULT_GOAL := help
.PHONY: help $(COMMANDS)

ifeq ($(shell command -v "$(PYTHON)"),)
$(error $(PYTHON) is not here: install Python 3.11 or newer, or name one: make run PYTHON=/path/to/python3)
endif

# One plain command and no shell, so that stopping make stops what it started
$(COMMANDS):
	@$(PYTHON) -m citytools.local.bootstrap $@

help:
	@echo "make run      set up and serve on http://127.0.0.1:8000 (PORT=8765 DEMO=no)"
	@echo "make test     set up and run the tests (ARGS='-k csv' for some, ARGS='-n 0' in one process)"
	@echo "make prove    the long tests: every page in a browser, fuzz, servers that are killed"
	@echo "make bench    measure against Datasette and others (SIZES='fixtures 80900')"
	@echo "make staff    make a staff account and print its password (NAME=ada)"
	@echo "make lint     style and types          make format   put the style right"
	@echo "make check    migrations and deployment settings"
	@echo "make lock     write the lock files again (ARGS=--upgrade for newer versions)"
	@echo "make setup    only install"
