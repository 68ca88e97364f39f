"""Python's own SQLite: the same archive, one table, one transaction, nothing looked up and nothing indexed but the id."""

import json
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

work = Path(sys.argv[1])
with tempfile.TemporaryDirectory(dir=work) as folder:
    store = sqlite3.connect(Path(folder) / "posts.db")
    store.execute("PRAGMA journal_mode=WAL")
    store.execute("PRAGMA synchronous=FULL")
    store.execute("CREATE TABLE posts (id TEXT PRIMARY KEY, author TEXT, text TEXT, created_at TEXT, likes INTEGER)")
    began = time.monotonic()
    with open(work / "archive-100000.jsonl", encoding="utf-8") as file, store:
        records = (json.loads(line) for line in file)
        rows = ((r["id"], r["author"], r["text"], r["created_at"], r["likes"]) for r in records)
        count = store.executemany("INSERT INTO posts VALUES (?, ?, ?, ?, ?)", rows).rowcount
    print(json.dumps({"name": "storing.sqlite_per_s", "value": count / (time.monotonic() - began)}))
