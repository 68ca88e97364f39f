"""Fetching a text model from a hub that stands in on loopback: `python3 -m unittest discover scripts`."""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SCRIPT = Path(__file__).with_name("models.py")
CONTENT = os.urandom(3_000_000)


class Hub(BaseHTTPRequestHandler):
    """Serves `server.content`, as the test says."""

    def log_message(self, *_):
        pass

    def do_GET(self):
        server = self.server
        server.asked.append((self.path, self.headers.get("Range")))
        if server.status:
            self.send_error(server.status)
            return
        if self.path.startswith("/maker/"):
            # As the public hub does: the file lies elsewhere.
            self.send_response(302)
            self.send_header("Location", "/store/file")
            self.end_headers()
            return
        begin = 0
        asked = self.headers.get("Range")
        if asked and server.knows_ranges:
            begin = int(asked.removeprefix("bytes=").removesuffix("-"))
        if begin >= len(server.content):
            self.send_error(416)
            return
        body = server.content[begin:]
        self.send_response(206 if begin else 200)
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(server.content) - 1}/{len(server.content)}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if server.cuts:
            server.cuts -= 1
            body = body[: len(body) // 2]
            self.close_connection = True
        self.wfile.write(body)


class Fetching(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name) / "models"
        self.table = Path(folder.name) / "table.json"
        self.hub = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
        self.hub.content, self.hub.status, self.hub.cuts = CONTENT, 0, 0
        self.hub.knows_ranges, self.hub.asked = True, []
        threading.Thread(target=self.hub.serve_forever, daemon=True).start()
        self.addCleanup(self.hub.server_close)
        self.addCleanup(self.hub.shutdown)
        self.address = f"http://127.0.0.1:{self.hub.server_port}"
        self.write_table(hashlib.sha256(CONTENT).hexdigest())

    def write_table(self, sha256):
        entry = {"name": "small", "source": "hub", "repository": "maker/small-GGUF", "file": "small-q4.gguf"}
        self.table.write_text(json.dumps([{**entry, "bytes": len(CONTENT), "sha256": sha256}]))

    def fetch(self, name="small"):
        environment = {**os.environ, "HF_ENDPOINT": self.address, "no_proxy": "*"}
        command = [sys.executable, "-B", str(SCRIPT), str(self.root), name, "--table", str(self.table)]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)

    @property
    def file(self):
        return self.root / "small" / "model.gguf"

    def arrives(self, done):
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.file.read_bytes(), CONTENT)
        self.assertIn(f"LUMEN_TEXT_FILE={self.file}", done.stdout)
        self.assertEqual([path.name for path in self.root.iterdir()], ["small"])

    def test_a_file_is_fetched_once_and_then_known(self):
        self.arrives(self.fetch())
        path = "/maker/small-GGUF/resolve/main/small-q4.gguf"
        self.assertEqual(self.hub.asked, [(path, None), ("/store/file", None)])
        again = self.fetch()
        self.assertIn("small: there", again.stdout)
        self.assertEqual(len(self.hub.asked), 2)

    def test_a_cut_connection_goes_on_where_it_broke(self):
        self.hub.cuts = 2
        self.arrives(self.fetch())
        ranges = [asked for path, asked in self.hub.asked if path == "/store/file"]
        half = len(CONTENT) // 2
        self.assertEqual(ranges, [None, f"bytes={half}-", f"bytes={half + half // 2}-"])

    def test_a_later_run_goes_on_where_an_earlier_one_stopped(self):
        part = self.root / ".partial-small"
        part.mkdir(parents=True)
        (part / "model.gguf").write_bytes(CONTENT[:1_000_000])
        self.arrives(self.fetch())
        self.assertEqual(self.hub.asked[-1][1], "bytes=1000000-")

    def test_a_hub_without_ranges_sends_all_of_it_again(self):
        self.hub.cuts, self.hub.knows_ranges = 1, False
        self.arrives(self.fetch())

    def test_another_sum_is_no_model(self):
        self.write_table("0" * 64)
        done = self.fetch()
        self.assertEqual(done.returncode, 1)
        self.assertIn("expected " + "0" * 64, done.stderr)
        self.assertEqual(list(self.root.iterdir()), [])

    def test_another_size_is_no_model(self):
        for content in (CONTENT + b"more", CONTENT[:-1]):
            self.hub.content = content
            done = self.fetch()
            self.assertEqual(done.returncode, 1)
            self.assertIn("what came was dropped", done.stderr)
            self.assertFalse(self.file.exists())

    def test_a_broken_file_is_fetched_again(self):
        self.file.parent.mkdir(parents=True)
        self.file.write_bytes(CONTENT[:-1])
        self.arrives(self.fetch())

    def says_what_to_put_where(self, done, why):
        self.assertEqual(done.returncode, 1)
        self.assertIn(why, done.stderr)
        for words in ("small-q4.gguf of maker/small-GGUF", f"LUMEN_TEXT_FILE={self.file}", "SHA-256"):
            self.assertIn(words, done.stderr)
        self.assertNotIn("Traceback", done.stderr)

    def test_without_the_file_or_the_hub_it_says_what_to_put_where(self):
        self.hub.status = 404
        self.says_what_to_put_where(self.fetch(), "404")
        self.hub.status = 503
        self.says_what_to_put_where(self.fetch(), "503")
        self.hub.shutdown()
        self.hub.server_close()
        self.says_what_to_put_where(self.fetch(), "refused")

    def test_a_file_that_was_brought_another_way_is_taken(self):
        self.file.parent.mkdir(parents=True)
        self.file.write_bytes(CONTENT)
        self.arrives(self.fetch())
        self.assertEqual(self.hub.asked, [])

    def test_an_unknown_name_says_which_there_are(self):
        done = self.fetch("smal")
        self.assertEqual(done.returncode, 1)
        self.assertIn("It has: small.", done.stderr)


class Table(unittest.TestCase):
    def test_every_model_says_where_it_comes_from(self):
        table = json.loads((SCRIPT.parent.parent / "src" / "models" / "text_models.json").read_text())
        names = [model["name"] for model in table]
        self.assertEqual(len(names), len(set(names)))
        for model in table:
            needs = {
                "setup": [],
                "hub": ["repository", "file", "sha256"],
                "package": ["package", "version", "parts", "file", "sha256"],
            }[model["source"]]
            self.assertTrue(all(model.get(field) for field in needs), model["name"])
            if needs:
                self.assertRegex(model["sha256"], "^[0-9a-f]{64}$")


if __name__ == "__main__":
    unittest.main()
