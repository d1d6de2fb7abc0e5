"""Let a scraper find a desk and read its metrics, and nothing else of it.

A fresh token is good for /metrics alone. Address and token stand in two files for their owner only,
in the forms Prometheus reads again by itself; they go with a clean stop and stay after a crash, so
that a scraper sees the desk missing.
"""

import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from holdfast.ledger.paths import make_private, write_private

TARGETS, TOKEN = "targets.json", "token"
PATH = "/metrics"


class ScrapeFiles:
    """The two files of one desk, and the token in them."""

    def __init__(self, folder: Path) -> None:
        self.token = secrets.token_urlsafe(32)
        self._folder = folder

    def write(self, url: str, labels: Mapping[str, str]) -> None:
        """Say where the desk answers; `labels` go to every series of it."""
        make_private(self._folder)
        target = {"targets": [urlsplit(url).netloc], "labels": dict(labels)}
        write_private(self._folder / TOKEN, self.token.encode())
        write_private(self._folder / TARGETS, msgspec.json.encode([target]))

    def remove(self) -> None:
        """Take the files away, where they are still ours."""
        token = self._folder / TOKEN
        try:
            if token.read_bytes() == self.token.encode():
                (self._folder / TARGETS).unlink(missing_ok=True)
                token.unlink()
        except OSError:
            return
