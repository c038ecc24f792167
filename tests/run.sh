#!/bin/sh
# Installs all that the tests need into .venv, then runs the linter, the type checker and the tests.
set -eu
cd "$(dirname "$0")/.."

if command -v apt-get >/dev/null; then
    missing=""
    for package in strace chromium fonts-noto-cjk fonts-noto-color-emoji; do
        dpkg -s "$package" >/dev/null 2>&1 || missing="$missing $package"
    done
    if [ -n "$missing" ]; then
        as_root=""
        [ "$(id -u)" = 0 ] || as_root=sudo
        $as_root apt-get update -qq
        $as_root apt-get install -y -qq $missing
    fi
fi

"${PYTHON:-python3}" -m venv .venv
.venv/bin/pip install --quiet --upgrade pip
.venv/bin/pip install --quiet --editable '.[test]'
.venv/bin/flake8 server.py ccs handlers store tests
.venv/bin/mypy
# As many at a time as there are cores; the tests of one file one after another, as in a run of that file alone.
.venv/bin/pytest --numprocesses auto --dist loadfile "$@"
