"""A Bot API of this machine: it keeps updates until they are acknowledged, and what was said."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKEN = "12345:TEST_ONLY_bot-token"  # noqa: S105 (a fake for this server)


class BotServer:
    """Updates wait here as at Telegram: until a question names a later one."""

    def __init__(self):
        self.lock = threading.Condition()
        self.updates, self.said, self.asked = [], [], []
        self.faults = []
        self.number = 100
        self.port = 0

    def write(self, text, *, user=5, chat=50, at=None, **more):
        """Let a user write to the bot."""
        with self.lock:
            self.number += 1
            message = {"message_id": 1, "date": at, "text": text, "chat": {"id": chat}}
            message |= {"from": {"id": user, "is_bot": False}} | more
            self.updates.append({"update_id": self.number, "message": message})
            self.lock.notify_all()

    def answer(self, path, payload):
        """Answer one method; an unknown token is a 404 as at Telegram."""
        prefix = f"/bot{TOKEN}/"
        if not path.startswith(prefix):
            return 404, {"ok": False, "error_code": 404}
        if self.faults:
            return self.faults.pop(0)
        method = path.removeprefix(prefix)
        if method == "sendMessage":
            with self.lock:
                self.said.append((payload["chat_id"], payload["text"]))
                self.lock.notify_all()
            return 200, {"ok": True, "result": {"message_id": 2}}
        return 200, {"ok": True, "result": self._news(payload)}

    def _news(self, payload):
        with self.lock:
            self.asked.append(payload["offset"])
            self.updates = [one for one in self.updates if one["update_id"] >= payload["offset"]]
            if not self.updates and payload["timeout"]:
                self.lock.wait(min(payload["timeout"], 0.2))
            return self.updates[: payload.get("limit", 100)]

    def wait(self, count, seconds=10):
        """Wait until so many answers were said."""
        with self.lock:
            assert self.lock.wait_for(lambda: len(self.said) >= count, seconds), self.said


@contextmanager
def bot_server():
    """Serve one on a free port of this machine."""
    bot = BotServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            payload = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            code, told = bot.answer(self.path, payload)
            body = told if isinstance(told, bytes) else json.dumps(told).encode()
            self.send_response(code)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    bot.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield bot
    finally:
        server.shutdown()
        server.server_close()
