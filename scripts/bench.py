#!/usr/bin/env python3
"""Times the real program from outside and prints a Markdown table: `python3 scripts/bench.py BINARY MODELS [ARCHIVE]`.

ARCHIVE is a JSON Lines file as `lumen import` takes it; without one, posts are made up. Figures of one run on one machine:
quote them with the machine they were seen on.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

PORT = 19464


def environment(data, models, port=None):
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return keep | {
        "LUMEN_DATA_DIR": str(data),
        "LUMEN_MODELS_DIR": models,
        "LUMEN_HTTP_ADDR": f"127.0.0.1:{port}" if port else "off",
        "LUMEN_LOG": "error",
    }


def made_up(path, rows=20_000):
    words = "coffee morning bread street river light winter roast window letter garden train".split()
    with open(path, "w", encoding="utf-8") as file:
        for n in range(rows):
            text = " ".join(words[(n * 7 + k * k) % len(words)] for k in range(8 + n % 20)) + f" {n}"
            day = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1_700_000_000 + n * 60))
            file.write(json.dumps({"id": f"m{n}", "author": f"author{n % 50}", "text": text, "created_at": day}) + "\n")


def rows_of(path):
    with open(path, "rb") as file:
        return sum(1 for _ in file)


def timed(command, env, typed=""):
    """Seconds, peak resident memory in MB, what it printed."""
    began = time.monotonic()
    child = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    child.stdin.write(typed.encode())
    child.stdin.close()
    said = child.stdout.read().decode()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return time.monotonic() - began, usage.ru_maxrss / 1024, said, child.returncode


def resident(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def start(binary, data, models):
    """Milliseconds to `/readyz`, and MB resident ten seconds later."""
    env = environment(data, models, PORT)
    began = time.monotonic()
    child = subprocess.Popen([binary], env=env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while time.monotonic() - began < 30:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/readyz", timeout=1) as answer:
                    if answer.status == 200:
                        break
            except OSError:
                time.sleep(0.001)
        ready = (time.monotonic() - began) * 1000
        time.sleep(10)
        return ready, resident(child.pid)
    finally:
        child.terminate()
        child.wait(20)


def main():
    binary, models = sys.argv[1], sys.argv[2]
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        archive = Path(sys.argv[3]) if len(sys.argv) > 3 else folder / "made-up.jsonl"
        if not archive.exists():
            made_up(archive)
        rows = rows_of(archive)
        table = []

        starts = sorted(start(binary, folder / "empty", models) for _ in range(3))
        table.append(("start to /readyz, empty store", f"{starts[1][0]:.0f} ms", "under 100 ms"))
        table.append(("resident when idle, no model loaded", f"{starts[1][1]:.0f} MB", "under 40 MB"))

        env = environment(folder / "full", models)
        seconds, peak, said, status = timed([binary, "import", str(archive)], env)
        if status:
            sys.exit(f"the import failed:\n{said}")
        table.append((f"import of {rows} posts", f"{rows / seconds:.0f} posts/s, peak {peak:.0f} MB", "20,000 posts/s"))
        seconds, _, said, _ = timed([binary, "import", str(archive)], env)
        table.append(("the same file again", f"{rows / seconds:.0f} lines/s", "100,000 lines/s"))
        ready, idle = start(binary, folder / "full", models)
        table.append((f"start to /readyz, {rows} posts", f"{ready:.0f} ms", "under 100 ms"))

        env = environment(folder / "draft", models)
        seconds, peak, said, _ = timed([binary], env, "/draft our Friday tasting is at six\n")
        table.append(("first draft, program start and model load included", f"{seconds:.1f} s, peak {peak:.0f} MB", "under 8 s"))

        print("| what | seen | goal |\n| --- | --- | --- |")
        for row in table:
            print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
