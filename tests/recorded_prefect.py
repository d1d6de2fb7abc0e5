"""A server that gives recorded answers of Prefect's API to one who reads Secret blocks."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ABSENT = (404, b'{"detail":"Block document not found"}')


class RecordedPrefect(ThreadingHTTPServer):
    """Answers by the name of the block: a status and a body; remembers who asked for what."""

    def __init__(self, answers: Mapping[str, tuple[int, bytes]]) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.answers = answers
        self.asked: list[tuple[str, str]] = []

    @property
    def api(self) -> str:
        """Return the address a client is given."""
        return f"http://127.0.0.1:{self.server_port}/api"


class _Answering(BaseHTTPRequestHandler):
    server: RecordedPrefect

    def do_GET(self):
        self.server.asked.append((self.path, self.headers.get("Authorization", "")))
        name = self.path.split("/name/")[-1].split("?")[0]
        code, body = self.server.answers.get(name, ABSENT)
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def document(value: object) -> tuple[int, bytes]:
    """Say a block's value as Prefect does."""
    return 200, json.dumps({"name": "x", "data": {"value": value}}).encode()


@contextmanager
def recorded_prefect(answers: Mapping[str, tuple[int, bytes]]) -> Iterator[RecordedPrefect]:
    """Serve on this machine until the end of the block."""
    server = RecordedPrefect(answers)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
