"""Times the real program from outside."""

import ctypes
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

PORT = 19464
STARTS = 5
# What an idle program does comes now and then; over a minute it evens out.
IDLE_SECONDS = 60
SCHEDULES = 10_000
# Embedding has rows of its own: many minutes of it are not what storing, a start or an idle program is measured by.
WORDS_ONLY = {"LUMEN_EMBEDDER": "off"}
# A year from now on nothing is due.
LATER_MILLIS = 365 * 86_400_000


def environment(data, models, port=None):
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return keep | {
        "LUMEN_DATA_DIR": str(data),
        "LUMEN_MODELS_DIR": str(models),
        "LUMEN_HTTP_ADDR": f"127.0.0.1:{port}" if port else "off",
        "LUMEN_LOG": "error",
    }


def archive(work, count):
    """An archive of so many posts, their texts from the real ones."""
    path = work / f"archive-{count}.jsonl"
    if path.exists():
        return path
    with open(work / "posts.jsonl", encoding="utf-8") as file:
        known = [json.loads(line) for line in file]
    with open(path, "w", encoding="utf-8") as file:
        for n in range(count):
            post = known[n % len(known)]
            day = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1_500_000_000 + n * 60))
            record = {"id": f"m{n}", "author": post["author"], "text": f"{post['text']} {n}", "created_at": day, "likes": n % 97}
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return path


def timed(command, env):
    """What it said, and its peak resident memory in MB."""
    child = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = child.stdout.read().decode()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{said}")
    return said, usage.ru_maxrss / 1024


def rate(said, what):
    """Posts or lines per second, by what the program says: its own clock stops when the last post is in the store."""
    found = re.search(r"Read (?P<lines>\d+) lines in (?P<seconds>[\d.]+) s: (?P<posts>\d+) new", said)
    if not found:
        sys.exit(f"the import did not say how fast it was:\n{said}")
    return round(int(found[what]) / max(float(found["seconds"]), 0.01))


def imported(binary, models, data, file, prefix):
    said, peak = timed([binary, "import", str(file)], environment(data, models) | WORDS_ONLY)
    return {f"{prefix}.import_per_s": rate(said, "posts"), f"{prefix}.peak_mb": peak}


def storing(binary, models, work):
    count = 100_000
    file, data = archive(work, count), work / "data-100k"
    shutil.rmtree(data, ignore_errors=True)
    seen = imported(binary, models, data, file, "storing")
    said, _ = timed([binary, "import", str(file)], environment(data, models) | WORDS_ONLY)
    return seen | {"storing.again_per_s": rate(said, "lines")}


def million(binary, models, work):
    count = 1_000_000
    data = work / "data-million"
    shutil.rmtree(data, ignore_errors=True)
    try:
        return imported(binary, models, data, archive(work, count), "million")
    finally:
        shutil.rmtree(data, ignore_errors=True)


class Running:
    """The program, started, with the time it took to `/readyz`."""

    def __init__(self, binary, models, data, **more):
        env = environment(data, models, PORT) | more
        self.began = time.monotonic()
        self.child = subprocess.Popen([binary], env=env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self):
        while time.monotonic() - self.began < 30:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/readyz", timeout=1) as answer:
                    if answer.status == 200:
                        break
            except OSError:
                time.sleep(0.001)
        self.ready_ms = (time.monotonic() - self.began) * 1000
        return self

    def __exit__(self, *_):
        self.child.terminate()
        self.child.wait(20)

    def wait_for_index(self, seconds):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/readyz", timeout=5) as answer:
                if b"without vectors" in answer.read():
                    return
            time.sleep(1)

    def resident_mb(self):
        for line in Path(f"/proc/{self.child.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        return 0.0

    def cpu_percent(self, seconds):
        """Of one core, over so many seconds."""

        # The process's own clock counts in nanoseconds, and what its ended threads took too; /proc counts in hundredths.
        clock = ctypes.c_int()
        if ctypes.CDLL(None).clock_getcpuclockid(self.child.pid, ctypes.byref(clock)) != 0:
            raise RuntimeError("the process has no clock")

        def used():
            return time.clock_gettime(clock.value)

        before = used()
        time.sleep(seconds)
        return (used() - before) / seconds * 100


def program(binary, models, work):
    data = work / "data-100k"
    if not (data / "lumen.db").exists():
        storing(binary, models, work)
    with Running(binary, models, data, **WORDS_ONLY) as running:
        running.wait_for_index(300)
        # What the import left to do is done before anything is called idle.
        time.sleep(10)
    starts = []
    for _ in range(STARTS):
        with Running(binary, models, data, **WORDS_ONLY) as running:
            starts.append(running.ready_ms)
    seen = {"program.ready_ms": sorted(starts)[STARTS // 2]}
    with Running(binary, models, data, **WORDS_ONLY) as running:
        time.sleep(5)
        seen["program.idle_cpu"] = running.cpu_percent(IDLE_SECONDS)
        seen["program.idle_mb"] = running.resident_mb()
    add_schedules(data)
    with Running(binary, models, data, **WORDS_ONLY) as running:
        time.sleep(5)
        seen["program.schedules_cpu"] = running.cpu_percent(IDLE_SECONDS)
    return seen


def add_schedules(data):
    now = int(time.time() * 1000)
    rows = [
        (f"task{n}", "post", "our Friday tasting", json.dumps({"kind": "once", "at": "2099-01-01T00:00:00Z"}), now + LATER_MILLIS + n * 60_000, now)
        for n in range(SCHEDULES)
    ]
    with sqlite3.connect(data / "lumen.db") as store:
        store.execute("DELETE FROM tasks")
        store.executemany(
            "INSERT INTO tasks (workspace_id, name, kind, topic, schedule, next_run_at, created_at) VALUES (1, ?, ?, ?, ?, ?, ?)",
            rows,
        )


def measure(group, binary, models, work):
    parts = {"storing": storing, "million": million, "program": program}
    return parts[group](binary, models, work) if group in parts else {}
