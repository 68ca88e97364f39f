"""llama.cpp on the same file: its own timings for a prompt of some two hundred tokens and a hundred written ones."""

import json
import os
import sys
from pathlib import Path

import xllamacpp

WRITTEN, TURNS = 96, 3
file = Path(sys.argv[2]) / "smollm2-135m-instruct" / "model.q4_1.gguf"
params = xllamacpp.CommonParams()
params.model.path = str(file)
params.n_ctx = 2048
params.n_parallel = 1
params.warmup = True
params.cpuparams.n_threads = os.cpu_count()
params.cpuparams_batch.n_threads = os.cpu_count()
params.verbosity = -1
server = xllamacpp.Server(params)
reading, writing = [], []
for turn in range(TURNS):
    story = f"Story {turn}. " + "The baker opened the door at five and lit the oven. " * 18
    prompt = {
        "prompt": f"{story}\nGo on with this story, in many words.",
        "n_predict": WRITTEN,
        "temperature": 0.8,
        "seed": turn,
        "cache_prompt": False,
        "ignore_eos": True,
    }
    answer = server.handle_completions(prompt)
    answer = json.loads(answer) if isinstance(answer, str) else answer
    timings = answer["timings"]
    reading.append(timings["prompt_per_second"])
    writing.append(timings["predicted_per_second"])
print(json.dumps({"name": "text.llamacpp_read_per_s", "value": sorted(reading)[TURNS // 2]}))
print(json.dumps({"name": "text.llamacpp_written_per_s", "value": sorted(writing)[TURNS // 2]}))
