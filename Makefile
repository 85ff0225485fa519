# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

# Everything made lies in .venv, .nox and build, beside Python's own __pycache__; `make clean` removes it.

# Checks that run at the same time.
JOBS ?= 2
# Arguments for one check, such as ARGS="-k paging" for `make check-pytest`.
ARGS ?=

VENV := $(CURDIR)/.venv
COLLECTIONS := build/collections
CHECKOUT_LINK := $(COLLECTIONS)/ansible_collections/yacloud/mdb

# pyenv's shims answer for Pythons that are not active, and then fail: its real folders stand at the end instead.
PYENV := $(or $(PYENV_ROOT),$(HOME)/.pyenv)
empty :=
space := $(empty) $(empty)
FOLDERS := $(filter-out $(PYENV)/shims,$(subst :, ,$(PATH))) $(wildcard $(PYENV)/versions/*/bin)
export PATH := $(VENV)/bin:$(subst $(space),:,$(FOLDERS))

export UV_PYTHON_DOWNLOADS := never
# A company's certificate authority is trusted, as it is by pip; uv has renamed the variable.
export UV_SYSTEM_CERTS := 1
export UV_NATIVE_TLS := 1
export HYPOTHESIS_STORAGE_DIRECTORY := $(CURDIR)/build/hypothesis
export VIRTUAL_ENV := $(VENV)
# Start-up costs two to three times as much where Python may not keep its bytecode.
unexport PYTHONDONTWRITEBYTECODE PYTHONHOME PYTHONPATH

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 22
	@echo "  make check-NAME     run one check alone, with ARGS=\"...\" for its tool"

.PHONY: test
test: $(VENV)/.dev ## run every check, or only CHECK="NAME ..."
	@.ci/install_programs chromium:chromium redis-server:redis-server promtool:prometheus
	@rm -rf build/checks && mkdir -p build/checks
	@nox --parallel $(JOBS) --report build/checks/report.json $(if $(CHECK),--session $(CHECK)) -- $(ARGS); \
	status=$$?; python .ci/summary.py build/checks && exit $$status

check-%: $(VENV)/.dev
	@EVERY_CORE=1 nox --session '$*' -- $(ARGS)

.PHONY: checks
checks: $(VENV)/.dev ## list the checks
	@nox --list | sed -n 's/^\* //p'

.PHONY: demo
demo: $(VENV)/.run ## show backups of an emulated folder through a playbook
	@ANSIBLE_COLLECTIONS_PATH=$(COLLECTIONS) examples/demo.sh

.PHONY: bench
bench: $(VENV)/.dev ## measure speed
	@python -m benchmarks.run $(ARGS)

.PHONY: mutation
mutation: check-mutation ## change the code a little, many times, and see whether a unit test notices

.PHONY: docs
docs: check-docs-site ## build the documentation site into build/docs
	@echo "build/docs/html/index.html"

.PHONY: archive
archive: check-build ## build the collection's archive into build/archive
	@ls build/archive/*.tar.gz

.PHONY: format
format: $(VENV)/.dev ## rewrite the Python code in the project's format
	@ruff check --fix --select I . && ruff format .

.PHONY: env
env: $(VENV)/.dev ## make the developer environment .venv

.PHONY: clean
clean: ## remove everything that was made
	rm -rf .venv .nox build .ansible tests/output
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# What a playbook needs, and the emulator.
$(VENV)/.run: $(VENV)/bin/uv requirements.txt pyproject.toml emulator/pyproject.toml | $(CHECKOUT_LINK)
	@uv pip install --quiet --group run --requirement requirements.txt --editable ./emulator
	@touch $@

# What a developer needs as well.
$(VENV)/.dev: $(VENV)/.run
	@uv pip install --quiet --group dev --requirement requirements.txt --editable ./emulator
	@touch $@

$(VENV)/bin/uv: .ci/find_python
	@python=$$(.ci/find_python) && "$$python" -m venv --clear $(VENV)
	@python -m pip install --quiet --disable-pip-version-check 'uv>=0.9,<0.14'

# Ansible finds the collection in this checkout under the name that it has once installed.
$(CHECKOUT_LINK):
	@mkdir -p $(@D) && ln -sfn $(CURDIR) $@
