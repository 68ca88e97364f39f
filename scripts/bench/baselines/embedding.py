"""onnxruntime with the same model in eight bits: the best of the usual ways to use both cores."""

import json
import os
import sys
import time
from pathlib import Path

from minilm import MiniLm, quantized

TEXTS = 768
work, models = Path(sys.argv[1]), Path(sys.argv[2]) / "all-minilm-l6-v2"
with open(work / "posts.jsonl", encoding="utf-8") as file:
    texts = [json.loads(line)["text"] for line in file]
texts = [text for text in texts if 8 <= len(text.split()) <= 48][:TEXTS]
model = MiniLm(quantized(models, work), models / "tokenizer.json", os.cpu_count())
best = 0.0
for batch in (1, 8, 32):
    model.embed(texts[:64], batch)
    began = time.monotonic()
    model.embed(texts, batch)
    best = max(best, len(texts) / (time.monotonic() - began))
print(json.dumps({"name": "embedding.onnxruntime_per_s", "value": best}))
times = []
for text in texts[:100]:
    began = time.monotonic()
    model.embed([" ".join(text.split()[:8])], 1)
    times.append(time.monotonic() - began)
print(json.dumps({"name": "embedding.onnxruntime_question_ms", "value": sorted(times)[50] * 1000}))
