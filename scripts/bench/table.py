"""Figures to Markdown."""

import rows


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


def markdown(groups, seen, facts):
    lines = [
        f"{facts['cpu']}, {facts['cores']} cores, {facts['at']}",
        "",
        "| row | Lumen | baseline | ratio | goal |",
        "| --- | --- | --- | --- | --- |",
    ]
    for row in rows.all_rows(seen):
        if row.group in groups and (text := line(row, seen)):
            lines.append(text)
    return "\n".join(lines)
