"""Remember which executions are booked, so that one that is told twice counts once.

The venue's trade ids are unique; what is remembered is bounded by time, longer than any look back.
"""

from collections.abc import Iterable, Sequence

from holdfast.domain.bookkeeping import Note
from holdfast.domain.events import BalanceOpened, Event, LateFilled, OrderFilled
from holdfast.domain.observations import Execution

LOOK_BACK = 3_600_000_000  # µs a venue is asked again for what it may have told late
KEPT = 24 * LOOK_BACK
FLOW = "flow "  # how the reason of a booked movement begins; its id and kind follow


class Booked:
    """The fill ids of the last day, and every movement of the account that was no trade."""

    def __init__(self, rows: Iterable[tuple[int, str]] = (), flows: Iterable[str] = ()) -> None:
        self._seen = {fill_id: at for at, fill_id in rows}
        self.flows = set(flows)
        self._swept = max(self._seen.values(), default=0)

    def __contains__(self, fill_id: str) -> bool:
        return fill_id in self._seen

    def new(self, executions: Iterable[Execution]) -> list[Execution]:
        """Pick those that are not booked yet, each once."""
        found: dict[str, Execution] = {}
        for execution in executions:
            if execution.fill_id not in self._seen:
                found.setdefault(execution.fill_id, execution)
        return list(found.values())

    def take(self, at: int, entries: Sequence[Event | Note]) -> None:
        """Hear what was committed."""
        for entry in entries:
            if isinstance(entry, OrderFilled | LateFilled):
                self._seen[entry.fill_id] = at
            elif isinstance(entry, BalanceOpened) and entry.reason.startswith(FLOW):
                self.flows.add(flow_in(entry.reason))
        if at - self._swept > KEPT:
            self._seen = {name: seen for name, seen in self._seen.items() if seen > at - KEPT}
            self._swept = at


def flow_in(reason: str) -> str:
    """Read the id of a movement out of the reason it was booked with."""
    return reason.removeprefix(FLOW).partition(" ")[0]
