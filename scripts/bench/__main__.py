#!/usr/bin/env python3
"""Measures Lumen beside what others reach on the same cores, and prints one Markdown table:
`python3 scripts/bench BINARY MODELS TARGET [ROWS]`.

ROWS is a comma list of groups (see `rows.py`), without it all that take minutes; `million` has to be asked for. The same as JSON is
kept in `TARGET/bench/bench.json`, and the table of all groups measured so far in `bench.md` beside it. `benches/RESULTS.md` gets that
table once it holds every usual group. Figures of one run on one machine: quote them with the machine they were seen on.
Real posts and judged collections are looked for in `../shared/data` (`LUMEN_BENCH_DATA`); without them posts are made up.
"""

import os
import sys
import time
from pathlib import Path

import baselines_run
import large
import prepare
import program
import rows
import table


# What is committed: the figures of one machine, all groups of them.
RESULTS = Path(__file__).resolve().parents[2] / "benches" / "RESULTS.md"


def groups_of(argument):
    wanted = [name for name in argument.replace(" ", ",").split(",") if name]
    unknown = [name for name in wanted if name not in rows.GROUPS]
    if unknown:
        sys.exit(f"There is no group {', '.join(unknown)}. There are: {', '.join(rows.GROUPS)}.")
    return wanted or rows.USUAL


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    binary, models, target = sys.argv[1], Path(sys.argv[2]).absolute(), Path(sys.argv[3]).absolute()
    groups = groups_of(sys.argv[4] if len(sys.argv) > 4 else "")
    work = target / "bench"
    work.mkdir(parents=True, exist_ok=True)
    prepare.all_of(work)
    known = table.read(work)
    for group in groups:
        print(f"measuring {group} …", file=sys.stderr, flush=True)
        began, load = time.monotonic(), os.getloadavg()[0]
        figures = program.measure(group, binary, models, work)
        figures |= large.measure(group, models, work)
        figures |= baselines_run.measure(group, models, work)
        known[group] = {"at": time.strftime("%Y-%m-%d %H:%M"), "load_before": round(load, 2), "figures": figures}
        # Kept group by group: what broke off later does not take it away.
        table.write(work, known)
        print(f"  {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    print(table.markdown({group: known[group] for group in groups}))
    if missing := [group for group in rows.USUAL if group not in known]:
        print(f"{RESULTS.name} stays as it is: {', '.join(missing)} not measured here yet", file=sys.stderr)
    else:
        table.publish(RESULTS, known)


if __name__ == "__main__":
    main()
