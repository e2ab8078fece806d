# What there is to do here. `just` alone lists it; `.venv/bin/just` comes with `just setup`.
set shell := ["bash", "-euo", "pipefail", "-c"]

# List the recipes.
_list:
    @just --list --unsorted

# Make the environment: what the README's test command does before it tests.
setup:
    python3 -m venv .venv && .venv/bin/pip install -q uv && .venv/bin/uv sync -q

# Run the tests; `just test tests/unit -k silence` runs some of them.
test *WHICH:
    .venv/bin/pytest {{ WHICH }}

# Check style and format.
lint:
    .venv/bin/ruff check .
    .venv/bin/ruff format --check .

# Check types, and that no layer reaches over another.
types:
    .venv/bin/mypy
    .venv/bin/lint-imports --no-cache

# Everything that CI checks, on this machine.
check: lint types test

# Put code into the house style.
format:
    .venv/bin/ruff check --fix -q .
    .venv/bin/ruff format -q .

# Run an example playbook with a throw-away home; Ctrl-C ends it.
up EXAMPLE="desk-studio":
    .venv/bin/sirenbook up examples/{{ EXAMPLE }}/playbook.md --home "$(mktemp -d)" --port 0

# Measure intake and paging on this machine.
bench *HOW:
    .venv/bin/python bench/run.py {{ HOW }}

# Write the tree into docs/architecture.md from the modules' first sentences.
docs:
    .venv/bin/python tests/documents.py

# Take the pictures of the documents anew, in Chromium.
pictures:
    PYTHONPATH=tests .venv/bin/python tests/pictures.py

# Store what this version writes, for every later one to read; until it is released.
golden:
    .venv/bin/python tests/upgrade/samples.py
