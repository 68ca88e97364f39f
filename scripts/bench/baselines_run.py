"""What others reach on the same cores: public packages in a virtual environment of their own, made on the first run.

A package that cannot be had leaves its rows without a baseline, with a line on stderr.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent / "baselines"
# group: (script, packages it needs)
SCRIPTS = {
    "storing": [("storing.py", [])],
    "embedding": [("embedding.py", ["numpy", "onnx", "onnxruntime", "tokenizers"])],
    "search": [("search.py", ["numpy", "bm25s"])],
    "text": [("text.py", ["xllamacpp"])],
    "relevance": [("relevance.py", ["numpy", "onnx", "onnxruntime", "tokenizers", "bm25s", "PyStemmer"])],
}


def python_with(packages, work):
    """A Python that has them, or None."""
    place = work / "python"
    python = place / "bin" / "python"
    try:
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", str(place)], check=True, capture_output=True)
        if packages:
            pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"]
            subprocess.run(pip + packages, check=True, capture_output=True, timeout=1200)
        return python
    except (subprocess.SubprocessError, OSError) as error:
        print(f"no baseline from {', '.join(packages)}: {error}", file=sys.stderr)
        return None


def measure(group, models, work):
    seen = {}
    for script, packages in SCRIPTS.get(group, []):
        python = python_with(packages, work)
        if python is None:
            continue
        env = os.environ | {"PYTHONPATH": str(HERE)}
        done = subprocess.run([str(python), str(HERE / script), str(work), str(models)], env=env, stdout=subprocess.PIPE, text=True)
        if done.returncode:
            print(f"the baseline {script} broke off", file=sys.stderr)
        figures = (json.loads(line) for line in done.stdout.splitlines() if line.startswith("{"))
        for figure in figures:
            seen[figure["name"]] = figure["value"]
    return seen
