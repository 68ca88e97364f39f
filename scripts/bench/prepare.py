"""What the measurements work on: real posts and judged collections where they are present, else made-up posts."""

import json
import os
import random
from pathlib import Path

DATA = Path(os.environ.get("LUMEN_BENCH_DATA", "../shared/data"))
MADE_UP = 5_000
KNOWN_ITEMS = 400


def read(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def write(path, records):
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def posts():
    found = [post for path in sorted(DATA.glob("*/posts.jsonl")) for post in read(path)]
    return [{"text": post["text"], "author": post["author"]} for post in found] or made_up()


def made_up():
    words = "coffee morning bread street river light winter roast window letter garden train".split()
    chance = random.Random(1)
    texts = (" ".join(chance.choices(words, k=chance.randint(8, 40))) for _ in range(MADE_UP))
    return [{"text": f"{text} {n}", "author": f"author{n % 50}"} for n, text in enumerate(texts)]


def judged(folder):
    """A collection of `corpus.jsonl`, `queries.jsonl`, `qrels.tsv`; questions without an answer are left out."""
    relevant = {}
    for line in (folder / "qrels.tsv").read_text().splitlines()[1:]:
        query, document, grade = line.split("\t")[:3]
        if int(grade) > 0:
            relevant.setdefault(query, []).append(document)
    for document in read(folder / "corpus.jsonl"):
        text = " ".join(part for part in (document.get("title"), document.get("text")) if part)
        yield {"kind": "text", "id": document["id"], "text": text}
    for query in read(folder / "queries.jsonl"):
        if query["id"] in relevant:
            split = query.get("split", "all")
            yield {"kind": "question", "split": split, "text": query["text"], "relevant": relevant[query["id"]]}


def known_items(all_posts):
    """A collection of another kind: posts, and of some of them a few words or the first half, to be found again."""
    chance = random.Random(2)
    texts = [post["text"] for post in all_posts[::2]]
    for n, text in enumerate(texts):
        yield {"kind": "text", "id": str(n), "text": text}
    often = {}
    for text in texts:
        for word in set(text.lower().split()):
            often[word] = often.get(word, 0) + 1
    long = [n for n, text in enumerate(texts) if len(text.split()) >= 10]
    for n in chance.sample(long, min(KNOWN_ITEMS, len(long))):
        words = texts[n].split()
        telling = [word for word in words if word.isalpha() and often[word.lower()] < len(texts) / 20]
        chance.shuffle(telling)
        for split, question in (("two_words", telling[:2]), ("four_words", telling[:4]), ("first_half", words[: len(words) // 2])):
            # Some posts begin alike, of a campaign for example: that half does not say which of them is meant.
            alike = {m for m, text in enumerate(texts) if split == "first_half" and text.split()[: len(question)] == question}
            yield {"kind": "question", "split": split, "text": " ".join(question), "relevant": [str(m) for m in sorted(alike | {n})]}


def all_of(work):
    collections = work / "collections"
    collections.mkdir(exist_ok=True)
    known = posts()
    write(work / "posts.jsonl", known)
    for folder in sorted(DATA.glob("ir-*")):
        write(collections / f"{folder.name.removeprefix('ir-')}.jsonl", judged(folder))
    write(collections / "known-item.jsonl", known_items(known))
