"""Figures to JSON and to Markdown."""

import json
import os
import platform
from pathlib import Path

import rows


def read(work):
    """What earlier runs have measured, group by group."""
    path = work / "bench.json"
    return json.loads(path.read_text()) if path.exists() else {}


def write(work, known):
    (work / "bench.json").write_text(json.dumps(known, indent=1))
    (work / "bench.md").write_text(markdown(known) + "\n")


def publish(path, known):
    """Puts the table between the marks of a document; the words around it stay."""
    begin, end = "<!-- bench -->\n", "<!-- /bench -->"
    before, rest = path.read_text().split(begin, 1)
    after = rest.split(end, 1)[1]
    path.write_text(before + begin + markdown(known) + "\n" + end + after)


def machine():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return f"{line.split(':', 1)[1].strip()}, {os.cpu_count()} cores"
    return f"{platform.machine()}, {os.cpu_count()} cores"


def shown(value, unit):
    if value is None:
        return "not measured"
    digits = 0 if abs(value) >= 1000 else 1 if abs(value) >= 100 else 2 if abs(value) >= 1 else 3
    return f"{value:,.{digits}f} {unit}".strip()


def fulfilled(row, value, base):
    """True, False, or None where the row has no goal."""
    verdicts = []
    if row.least is not None:
        verdicts.append(value >= row.least)
    if row.most is not None:
        verdicts.append(value <= row.most)
    if row.beat and base is not None:
        verdicts.append(value >= base)
    return all(verdicts) if verdicts else None


def line(row, seen):
    value, base = seen.get(row.figure), seen.get(row.against) if row.against else None
    if value is None:
        return None
    baseline = f"{shown(base, row.unit)} ({row.whose})" if base is not None else ""
    if row.against and base is None:
        baseline = "no baseline here"
    ratio = f"{value / base:.2f}" if base else ""
    verdict = fulfilled(row, value, base)
    mark = {True: "✓ ", False: "✗ ", None: ""}[verdict]
    return f"| {row.what} | {shown(value, row.unit)} | {baseline} | {ratio} | {mark}{row.goal} |"


def markdown(known):
    seen = {name: value for group in known.values() for name, value in group["figures"].items()}
    days = sorted({group["at"][:10] for group in known.values()})
    lines = [
        f"{machine()}, {' and '.join(days)}",
        "",
        "| row | Lumen | baseline | ratio | goal |",
        "| --- | --- | --- | --- | --- |",
    ]
    texts = (line(row, seen) for row in rows.all_rows(seen))
    return "\n".join(lines + [text for text in texts if text])
