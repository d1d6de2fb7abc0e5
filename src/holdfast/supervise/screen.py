"""Show what `up` does: addresses on standard output, everything else on standard error.

Rules: on a terminal the last line is rewritten in place; elsewhere lines are plain and rare; a
terminal that went away never stops a desk.
"""

import contextlib
import shutil
from collections.abc import Iterable, Mapping
from typing import TextIO

PLAIN_SECONDS = 60.0
WIDTH = 12
UNKNOWN = "-"
FIELDS = {
    "tick": "tick",
    "price": "price",
    "mode": "mode",
    "slots": "slot_count",
    "fills": "total_fills",
    "cycles": "total_round_trips",
}


class Screen:
    """Two streams and the line that is being rewritten."""

    def __init__(self, data: TextIO, notes: TextIO) -> None:
        self._data = data
        self._notes = notes
        self._live = notes.isatty()
        self._line = ""
        self._said = float("-inf")

    def address(self, name: str, url: str) -> None:
        """Print where something is to be found."""
        self._wipe()
        self._write(self._data, f"{name:<{WIDTH}} {url}\n")
        self._show()

    def note(self, text: str) -> None:
        """Print what happened."""
        self._wipe()
        self._write(self._notes, f"up: {text}\n")
        self._show()

    def status(self, line: str, *, at: float) -> None:
        """Rewrite the live line, or print it once a minute where there is no terminal."""
        if self._live:
            self._wipe()
            self._line = line
            self._show()
        elif at - self._said >= PLAIN_SECONDS:
            self._said = at
            self._write(self._notes, f"up: {line}\n")

    def close(self) -> None:
        """Leave the terminal clean."""
        self._wipe()
        self._line = ""

    def _wipe(self) -> None:
        if self._live and self._line:
            self._write(self._notes, "\r\x1b[2K")

    def _show(self) -> None:
        if self._live and self._line:
            width = shutil.get_terminal_size().columns - 1
            self._write(self._notes, self._line[:width])

    @staticmethod
    def _write(stream: TextIO, text: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            stream.write(text)
            stream.flush()


def status_line(status: Mapping[str, object] | None, ailing: Iterable[str] = ()) -> str:
    """Say in one line how the desk is, and which children are not well."""
    if status is None:
        words = ["the desk does not answer yet"]
    else:
        words = [f"{label} {_shown(status.get(key))}" for label, key in FIELDS.items()]
    sick = list(ailing)
    return "  ".join([*words, *([f"({', '.join(sick)})"] if sick else [])])


def _shown(value: object) -> str:
    text = UNKNOWN if value is None else str(value)
    return "".join(sign if sign.isprintable() else "?" for sign in text)
