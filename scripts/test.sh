#!/bin/sh
# The whole test suite, with whichever runner is here.
set -eu
if cargo nextest --version >/dev/null 2>&1; then
    exec cargo nextest run --no-fail-fast
fi
exec cargo test --no-fail-fast
