"""Runs the measurements that need the library: `benches/large`, `benches/lens`, `benches/discord`, `benches/telegram` and the small ones of
`benches/small`."""

import json
import os
import subprocess
import sys

# Groups with a file of their own.
OWN = {"lens", "discord", "telegram"}
LARGE = {"embedding", "search", "text", "program", "relevance", "weights", "million"}


def measure(group, models, work):
    if group == "small":
        return small(work)
    if group not in LARGE and group not in OWN:
        return {}
    env = os.environ | {"LUMEN_BENCH_WORK": str(work), "LUMEN_MODELS_DIR": str(models), "LUMEN_TEST_MODELS": str(models)}
    bench = group if group in OWN else "large"
    command = ["cargo", "bench", "--quiet", "--bench", bench, "--", group]
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        print(f"{group} broke off", file=sys.stderr)
    figures = (json.loads(line) for line in done.stdout.splitlines() if line.startswith("{"))
    return {figure["name"]: figure["value"] for figure in figures}


def small(work):
    """Criterion's middle estimates, in microseconds."""
    env = os.environ | {"CRITERION_HOME": str(work / "criterion")}
    subprocess.run(["cargo", "bench", "--quiet", "--bench", "small"], env=env, stdout=subprocess.DEVNULL, check=True)
    seen = {}
    for path in sorted((work / "criterion").glob("*/new/estimates.json")):
        name = json.loads((path.parent / "benchmark.json").read_text())["full_id"]
        seen[f"small.{name}"] = json.loads(path.read_text())["median"]["point_estimate"] / 1000
    return seen
