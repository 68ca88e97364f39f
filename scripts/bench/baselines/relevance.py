"""Public packages on the same collections, texts as they are: bm25s, the model under onnxruntime, and both fused by reciprocal
ranks, as is usual."""

import json
import os
import re
import sys
from pathlib import Path

import bm25s
import numpy as np
import Stemmer
from minilm import MiniLm, quantized

BEST, CANDIDATES, RANKS = 10, 50, 60
work, models = Path(sys.argv[1]), Path(sys.argv[2]) / "all-minilm-l6-v2"


def words(texts):
    stemmer = Stemmer.Stemmer("english")
    return [stemmer.stemWords(re.findall(r"\w+", text.lower())) for text in texts]


def measured(found, relevant):
    """Reciprocal rank, gain, first right."""
    hits = [at for at, name in enumerate(found[:BEST]) if name in relevant]
    gain = sum(1 / np.log2(at + 2) for at in hits)
    ideal = sum(1 / np.log2(at + 2) for at in range(min(BEST, len(relevant))))
    return (1 / (hits[0] + 1) if hits else 0, gain / ideal, float(hits[:1] == [0]))


def fused(near, worded):
    scores = {}
    for half in (near, worded):
        for at, place in enumerate(half):
            scores[place] = scores.get(place, 0) + 1 / (RANKS + at + 1)
    # Which of two equal ones comes first must not depend on where they stand in the collection.
    chance = np.random.default_rng(len(scores))
    order = {place: chance.random() for place in scores}
    return sorted(scores, key=lambda place: (-scores[place], order[place]))


def run(path, model):
    with open(path, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    texts = [line for line in lines if line["kind"] == "text"]
    questions = [line for line in lines if line["kind"] == "question"]
    names = [text["id"] for text in texts]
    vectors = model.embed([text["text"] for text in texts], 32)
    asked = model.embed([question["text"] for question in questions], 32)
    index = bm25s.BM25(k1=1.2, b=0.75)
    index.index(words([text["text"] for text in texts]), show_progress=False)
    sums = {}
    for question, vector, tokens in zip(questions, asked, words([question["text"] for question in questions])):
        near = np.argsort(-(vectors @ vector))[:CANDIDATES]
        scores = index.get_scores(tokens) if tokens else np.zeros(len(texts))
        worded = [place for place in np.argsort(-scores)[:CANDIDATES] if scores[place] > 0]
        for mode, places in (("vector", near), ("text", worded), ("hybrid", fused(near, worded))):
            figures = measured([names[place] for place in places], set(question["relevant"]))
            sums.setdefault((question["split"], mode), []).append(figures)
    for (split, mode), figures in sums.items():
        for metric, value in zip(("mrr", "ndcg", "p1"), np.mean(figures, axis=0)):
            name = f"relevance.{path.stem}.{split}.peer_{mode}.{metric}"
            print(json.dumps({"name": name, "value": float(value)}), flush=True)


minilm = MiniLm(quantized(models, work), models / "tokenizer.json", os.cpu_count())
for collection in sorted((work / "collections").glob("*.jsonl")):
    run(collection, minilm)
