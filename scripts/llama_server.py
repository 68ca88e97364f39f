#!/usr/bin/env python3
"""A real model server for the tests: llama.cpp's own, which speaks OpenAI's way over a GGUF file.

    python3 scripts/llama_server.py install DIRECTORY        once, 34 MB through pip
    python3 scripts/llama_server.py serve DIRECTORY FILE     prints its address, ends with its stdin

It comes built in a Python package and is installed into a directory of its own, which nothing else of Lumen uses.
"""

import subprocess
import sys
from pathlib import Path

PACKAGE = "xllamacpp==2026.10.11549"
SHA256 = "c54e7d13520ecc989c63dc99d55de3065e2f343a91f43f053d16b5e62077c261"


def install(directory):
    mark = directory / PACKAGE
    if mark.exists():
        return
    directory.mkdir(parents=True, exist_ok=True)
    wanted = directory / "wanted.txt"
    wanted.write_text(f"{PACKAGE} --hash=sha256:{SHA256}\n")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:"]
    command += ["--disable-pip-version-check", "--root-user-action", "ignore", "--require-hashes"]
    command += ["--upgrade", "--target", str(directory), "--requirement", str(wanted)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        # It is for one test, which says that it is not there.
        print(f"no model server for the tests: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return
    mark.touch()


def serve(directory, model):
    sys.path.insert(0, str(directory))
    import xllamacpp

    settings = xllamacpp.CommonParams()
    settings.model.path = str(model)
    settings.model_alias = {"small"}
    settings.hostnames = ["127.0.0.1"]
    settings.port = 0
    settings.n_ctx = 2048
    settings.n_parallel = 1
    # Threads that wait for each other in a spin are slower than one, next to other tests.
    settings.cpuparams.n_threads = 1
    settings.cpuparams_batch.n_threads = 1
    settings.offline = True
    settings.warmup = False
    server = xllamacpp.Server(settings)
    print(server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "install":
        install(Path(sys.argv[2]))
    elif len(sys.argv) == 4 and sys.argv[1] == "serve":
        serve(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        sys.exit(__doc__)
