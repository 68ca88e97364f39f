#!/bin/sh
# The whole test suite, with whichever runner is here.
set -eu
# candle's pool of threads spins: next to another process two of them are slower than one.
export CANDLE_NUM_THREADS=1
if cargo nextest --version >/dev/null 2>&1; then
    exec cargo nextest run --no-fail-fast
fi
exec cargo test --no-fail-fast
