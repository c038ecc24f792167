#!/bin/sh
# Installs all that the tests need into .venv, then runs the linter, the type checker and the tests.
set -eu
cd "$(dirname "$0")/.."

has() {
    dpkg -s "$1" >/dev/null 2>&1
}

get() {
    $as_root apt-get update -qq && $as_root apt-get install -y -qq "$@"
}

if command -v apt-get >/dev/null; then
    as_root=""
    [ "$(id -u)" = 0 ] || as_root=sudo
    missing=""
    for package in strace fonts-noto-cjk fonts-noto-color-emoji; do
        has "$package" || missing="$missing $package"
    done
    [ -z "$missing" ] || get $missing
    # Chromium without windows has a third less to do for each page; where there is none, the whole one does.
    has chromium-headless-shell || get chromium-headless-shell || has chromium || get chromium
fi

"${PYTHON:-python3}" -m venv .venv
.venv/bin/pip install --quiet --upgrade pip
.venv/bin/pip install --quiet --editable '.[test]'
.venv/bin/flake8 server.py ccs handlers store tests
.venv/bin/mypy
# One more at a time than there are cores, since many tests mostly wait; the tests of one file one after another, as in a
# run of that file alone, and the files in the order that tests/conftest.py gives them.
workers=$(($(.venv/bin/python -c "import os; print(os.cpu_count())") + 1))
.venv/bin/pytest --numprocesses "$workers" --dist loadfile --no-loadscope-reorder "$@"
