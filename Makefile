# Lumen: `make run` is all a newcomer needs. `make help` lists the rest.

MODELS := $(or $(LUMEN_MODELS_DIR),$(if $(LUMEN_DATA_DIR),$(LUMEN_DATA_DIR)/models,data/models))

.PHONY: help setup tools run build test check bench

help:
	@echo "make run     everything a fresh machine needs, then Lumen"
	@echo "make setup   the part before the start: tools and the local models, once; make setup MODEL=NAME for one more"
	@echo "make test    the whole test suite, no network beyond loopback"
	@echo "make check   formatter, linter, dependency audit where the tool is present"
	@echo "make bench   the benchmarks, with a table at the end; make bench ROWS=search,text for some of them"

setup: tools
	@python3 -B scripts/models.py "$(MODELS)"
	@if [ -n "$(MODEL)" ]; then python3 -B scripts/models.py "$(MODELS)" "$(MODEL)"; fi

tools:
	@scripts/setup.sh

build: tools
	@echo "building (the first time takes up to an hour on two cores, then a few minutes)" >&2
	@cargo build --release --quiet

run: setup build
	@exec "$$(scripts/target.sh)/release/lumen"

test: setup
	@server="$$(scripts/target.sh)/llama-server" && python3 -B scripts/llama_server.py install "$$server" && \
		LUMEN_TEST_MODELS="$(abspath $(MODELS))" LUMEN_TEST_SERVER="$$server" scripts/test.sh

check: tools
	@cargo fmt --check
	@cargo clippy --all-targets --quiet -- -D warnings
	@if cargo audit --version >/dev/null 2>&1; then cargo audit --quiet || exit 1; else echo "cargo-audit is not here: dependencies not audited"; fi
	@echo "check: formatter and linter have nothing to say"

bench: setup build
	@target="$$(scripts/target.sh)" && \
		python3 -B scripts/bench "$$target/release/lumen" "$(abspath $(MODELS))" "$$target" "$(ROWS)"
