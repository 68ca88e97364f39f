"""The rows of the table: what each shows, its goal, and what it is held against.

To add a row: measure a figure under a name (`program.py`, `benches/large`, `baselines/`) and give it a line here.
"""

from dataclasses import dataclass

GROUPS = ["small", "storing", "embedding", "search", "text", "program", "telegram", "discord", "lens", "relevance", "weights", "million"]
# A million posts take a long time and several gigabytes, and weights are chosen rarely: both are measured when asked for.
USUAL = [group for group in GROUPS if group not in ("million", "weights")]


@dataclass
class Row:
    group: str
    what: str
    figure: str
    unit: str
    goal: str
    # The figure that it is held against, and whose that is.
    against: str = ""
    whose: str = ""
    # The least or the most that fulfils the goal.
    least: float | None = None
    most: float | None = None
    # The goal is to be at least as good as the baseline: more is better.
    beat: bool = False


def more(group, what, figure, unit, least, against="", whose="", beat=False):
    goal = f"at least {least:,g} {unit}".strip() if least is not None else ""
    if beat:
        goal = f"{goal}, at least the baseline".lstrip(", ")
    return Row(group, what, figure, unit, goal, against, whose, least=least, beat=beat)


def less(group, what, figure, unit, most, against="", whose=""):
    goal = f"under {most:,g} {unit}".strip() if most is not None else ""
    return Row(group, what, figure, unit, goal, against, whose, most=most)


def search_rows(group, prefix, posts, least_recall=0.98, p50=8, p99=20):
    exact, words = "numpy, exact scan", "bm25s"
    first = less(group, f"hybrid search of {posts} posts, p50", f"{prefix}.p50", "ms", p50, f"{prefix}.numpy_ms", exact)
    return [
        first,
        less(group, f"… p99", f"{prefix}.p99", "ms", p99, f"{prefix}.bm25s_ms", words),
        more(group, "… recall@10 of the vector half", f"{prefix}.recall", "", least_recall),
        less(group, "… of one author, p99", f"{prefix}.author.p99", "ms", p99),
        more(group, "… of one author, recall@10", f"{prefix}.author.recall", "", least_recall),
        less(group, "… of the last 30 % of the time, p99", f"{prefix}.since.p99", "ms", p99),
        more(group, "… of the last 30 % of the time, recall@10", f"{prefix}.since.recall", "", least_recall),
        less(group, "… while posts are added, p50", f"{prefix}.adding.p50", "ms", p50),
        less(group, "… while posts are added, p99", f"{prefix}.adding.p99", "ms", p99),
        more(group, "… while posts are added, recall@10", f"{prefix}.adding.recall", "", least_recall),
        less(group, "… longest answer during upkeep", f"{prefix}.upkeep.max", "ms", 50),
        less(group, "… while the index is built anew, p50", f"{prefix}.rebuilding.p50", "ms", p50),
        less(group, "… while the index is built anew, p99", f"{prefix}.rebuilding.p99", "ms", p99),
        more(group, "… taken into the index, vectors given", f"{prefix}.indexed_per_s", "posts/s", None),
        less(group, "… index on the disk", f"{prefix}.disk_mb", "MB", None),
        less(group, "… resident after searching", f"{prefix}.resident_mb", "MB", None),
    ]


STORING = [
    more("storing", "import of 100,000 posts", "storing.import_per_s", "posts/s", 20_000, "storing.sqlite_per_s", "sqlite3 of Python, executemany"),
    more("storing", "the same file again, nothing new", "storing.again_per_s", "lines/s", 100_000),
    less("storing", "peak memory of that import", "storing.peak_mb", "MB", None),
    more("million", "import of 1,000,000 posts", "million.import_per_s", "posts/s", 20_000),
    less("million", "peak memory of that import", "million.peak_mb", "MB", None, "storing.peak_mb", "of 100,000 posts"),
]

EMBEDDING = [
    more("embedding", "texts of 8 to 48 words", "embedding.texts_per_s", "texts/s", None, "embedding.onnxruntime_per_s", "onnxruntime, int8", beat=True),
    less("embedding", "a question of 8 words, p50", "embedding.question.p50", "ms", None, "embedding.onnxruntime_question_ms", "onnxruntime, int8"),
    less("embedding", "loading the model", "embedding.load_ms", "ms", None),
]

TEXT = [
    less("text", "first draft, model load included", "text.first_draft_s", "s", 8),
    less("text", "later drafts, middle", "text.draft_s", "s", 8),
    less("text", "later drafts, slowest", "text.draft_worst_s", "s", 8),
    less("text", "first word from the second draft on, middle", "text.first_word_s", "s", 2),
    less("text", "first word from the second draft on, slowest", "text.first_word_worst_s", "s", 2),
    more("text", "tokens written", "text.written_per_s", "tokens/s", None, "text.llamacpp_written_per_s", "llama.cpp, same file", beat=True),
    more("text", "tokens of a prompt read", "text.read_per_s", "tokens/s", None, "text.llamacpp_read_per_s", "llama.cpp, same file"),
]

PROGRAM = [
    less("program", "start to /readyz, 100,000 posts in store", "program.ready_ms", "ms", 100),
    less("program", "resident when idle", "program.idle_mb", "MB", 40),
    less("program", "CPU when idle, over 60 s", "program.idle_cpu", "%", 0.2),
    less("program", "CPU when idle with 10,000 schedules", "program.schedules_cpu", "%", 0.2, "program.idle_cpu", "without schedules"),
    less("program", "resident above the start, 10 minutes after a model was used", "program.left_over_mb", "MB", 20),
    less("program", "resident while models are in use", "program.used_mb", "MB", None),
    less("program", "press to answer in the send queue at 100 a second, p50", "program.press.p50", "ms", None),
    less("program", "press to answer in the send queue at 100 a second, p99", "program.press.p99", "ms", 10),
    less("program", "Approve to the call of the network, p50", "program.approve.p50", "ms", 50),
    less("program", "Approve to the call of the network, p99", "program.approve.p99", "ms", 50),
]

TELEGRAM = [
    less("telegram", "1,000 updates from 50 chats at once: from Telegram's answer to ours in the send queue, p50", "telegram.burst.p50", "ms", None),
    less("telegram", "… p99", "telegram.burst.p99", "ms", 50),
    less("telegram", "… slowest", "telegram.burst.max", "ms", None),
    less("telegram", "… from the first one written to the last one answered", "telegram.burst.seconds", "s", None),
    less("telegram", "… resident, grown by", "telegram.burst.grown_mb", "MB", None),
    less("telegram", "the same, 100 of them a second, p50", "telegram.steady.p50", "ms", None),
    less("telegram", "… p99", "telegram.steady.p99", "ms", 50),
]

DISCORD = [
    less("discord", "interaction acknowledged while a model call runs and 100 others wait, p50", "discord.acknowledged.p50", "ms", None),
    less("discord", "… p99", "discord.acknowledged.p99", "ms", 100),
    less("discord", "… slowest", "discord.acknowledged.max", "ms", 100),
]

LENS = [
    more("lens", "fetching 10,000 posts of Lens from a stand-in", "lens.posts_per_s", "posts/s", None),
    less("lens", "… requests above the least possible", "lens.requests_above_least", "", 3),
    less("lens", "… the same with a SIGKILL in the middle", "lens.requests_above_least_after_a_kill", "", 4),
    less("lens", "… resident after a thousand posts", "lens.resident_mb", "MB", None),
    less("lens", "… grown by from there to the end", "lens.grown_mb", "MB", 10),
]

MODES = {
    "text": "full text",
    "vector": "vector",
    "hybrid": "hybrid",
    "spread": "hybrid without near-copies",
}
PEERS = {"text": "bm25s", "vector": "onnxruntime int8", "hybrid": "reciprocal ranks", "spread": ""}
METRICS = {"mrr": "MRR@10", "ndcg": "nDCG@10", "p1": "P@1"}


def relevance_rows(seen):
    """One row a collection, split, mode and metric, as far as they were measured."""
    splits = []
    for name in seen:
        parts = name.split(".")
        if parts[0] == "relevance" and len(parts) == 5 and parts[3] in MODES and parts[1:3] not in splits:
            splits.append(parts[1:3])
    listed = []
    for collection, split in splits:
        for mode, words in MODES.items():
            for metric, short in METRICS.items():
                figure = f"relevance.{collection}.{split}.{mode}.{metric}"
                against = f"relevance.{collection}.{split}.peer_{mode}.{metric}" if PEERS[mode] else ""
                row = more("relevance", f"{collection}, {split}: {words}, {short}", figure, "", None, against, PEERS[mode])
                halves = [seen.get(f"relevance.{collection}.{split}.{half}.{metric}", 0) for half in ("text", "vector")]
                if mode == "hybrid":
                    row.goal, row.least = "above both halves", max(halves)
                listed.append(row)
    return listed


def weights_rows(seen):
    """Every weight of meaning that was tried, on the splits that may choose."""
    names = [name for name in seen if name.startswith("weights.") and name.endswith(".hybrid.mrr")]
    return [more("weights", name.removesuffix(".hybrid.mrr").replace(".", ", "), name, "MRR@10", None) for name in names]


def all_rows(seen):
    small = [
        less("small", name.removeprefix("small."), name, "µs", None) for name in seen if name.startswith("small.")
    ]
    search = search_rows("search", "search10k", "10,000") + search_rows("search", "search", "100,000")
    million = search_rows("million", "million", "1,000,000", p50=None, p99=None)
    return small + STORING + EMBEDDING + search + TEXT + PROGRAM + TELEGRAM + DISCORD + LENS + relevance_rows(seen) + weights_rows(seen) + million
