"""Keep the ticks of one session as a table for people: the last rows, and counts of all of them.

The desk's thread adds, a recorder's thread reads; quiet ticks are only counted.
"""

import threading
from collections import Counter, deque
from datetime import UTC, datetime

from holdfast.desk.tick import TickSummary
from holdfast.domain.market import SECOND

ROWS = 200
_HEAD = (
    "| tick | market time (UTC) | mark | ledger rows | events | fills | orders | cycles | record |\n"
    "|---:|---|---:|---|---:|---:|---:|---:|---|"
)


class TickTable:
    """The ticks of one session."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rows: deque[str] = deque(maxlen=ROWS)
        self._counts: Counter[str] = Counter()
        self._first = self._last = 0

    def add(self, summary: TickSummary, *, recorded: bool, orchestrated: bool) -> None:
        """Take a tick in."""
        changed = summary.last_sequence >= summary.first_sequence
        with self._lock:
            self._counts["ticks"] += 1
            self._counts["recorded"] += recorded
            self._counts["unorchestrated"] += not orchestrated
            self._counts["quiet"] += orchestrated and not recorded
            for name in ("events", "fills", "orders", "cycles"):
                self._counts[name] += getattr(summary, name)
            if changed:
                self._first = self._first or summary.first_sequence
                self._last = summary.last_sequence
            if changed or recorded:
                self._rows.append(_row(summary, "task run" if recorded else "none"))

    def markdown(self, title: str) -> str:
        """Render the table, newest tick first."""
        with self._lock:
            rows, counts = list(self._rows), Counter(self._counts)
            span = f"{self._first}-{self._last}" if self._last else "none yet"
        figures = ", ".join(
            f"{counts[name]} {name}"
            for name in (
                "ticks",
                "recorded",
                "quiet",
                "unorchestrated",
                "events",
                "fills",
                "cycles",
            )
        )
        lines = [f"# {title}", "", f"{figures}. Ledger rows: {span}.", ""]
        if rows:
            lines += [f"The last {len(rows)} ticks that changed something, newest first.", ""]
            lines += [_HEAD, *reversed(rows)]
        return "\n".join(lines) + "\n"


def _row(summary: TickSummary, record: str) -> str:
    at = datetime.fromtimestamp(summary.at / SECOND, UTC).strftime("%Y-%m-%d %H:%M:%S")
    first, last = summary.first_sequence, summary.last_sequence
    rows = f"{first}-{last}" if last >= first else "unchanged"
    figures = (summary.events, summary.fills, summary.orders, summary.cycles)
    cells = (summary.tick, at, summary.mark, rows, *figures, record)
    return "| " + " | ".join(str(cell) for cell in cells) + " |"
