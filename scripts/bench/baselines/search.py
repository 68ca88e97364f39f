"""The halves of a search in memory: numpy looks at every vector, bm25s at every post that holds a word."""

import json
import sys
import time
from pathlib import Path

import bm25s
import numpy as np

QUESTIONS = 100
work = Path(sys.argv[1])
with open(work / "posts.jsonl", encoding="utf-8") as file:
    known = [json.loads(line)["text"] for line in file]


def say(name, times):
    print(json.dumps({"name": name, "value": sorted(times)[len(times) // 2] * 1000}), flush=True)


def vectors(name, count):
    random = np.random.default_rng(1)
    rows = random.standard_normal((count, 384), dtype=np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    times = []
    for question in rows[:QUESTIONS]:
        began = time.monotonic()
        scores = rows @ question
        best = np.argpartition(-scores, 10)[:10]
        best[np.argsort(-scores[best])]
        times.append(time.monotonic() - began)
    say(f"{name}.numpy_ms", times)


def words(name, count):
    texts = [f"{known[n % len(known)]} {n}" for n in range(count)]
    found = bm25s.BM25()
    found.index(bm25s.tokenize(texts, stopwords=None, show_progress=False), show_progress=False)
    times = []
    for n in range(QUESTIONS):
        question = " ".join(texts[n * 97 % count].split()[:5])
        began = time.monotonic()
        tokens = bm25s.tokenize([question], stopwords=None, show_progress=False)
        found.retrieve(tokens, k=10, show_progress=False)
        times.append(time.monotonic() - began)
    say(f"{name}.bm25s_ms", times)


for name, count in (("search10k", 10_000), ("search", 100_000)):
    vectors(name, count)
    words(name, count)
