"""Book an execution that came after its order had ended, and name one that is nobody's.

An order of ours that was proven over may still be told to have traded: the money moved, so the books
follow. Base and quote go to `unallocated`, where an operator finds them; no slot is reopened.
"""

from collections.abc import Callable
from typing import Any

from holdfast.desk.turn import Turn
from holdfast.domain.bookkeeping import AnomalyNoted
from holdfast.domain.events import LateFilled
from holdfast.domain.observations import Execution
from holdfast.domain.slots import Side

Ended = Callable[[str], tuple[int, str] | None]  # client_order_id → slot and side of an ended order


class Strays:
    """What to do with an execution whose order is not live."""

    def __init__(self, ended: Ended) -> None:
        self._ended = ended

    def __call__(self, turn: Any, seen: Execution) -> bool:  # noqa: ANN401 (a Turn; the desk cannot name it)
        """Book a late execution of ours; say no where the order was never ours."""
        found = self._ended(seen.client_order_id)
        if found is None or not isinstance(turn, Turn):
            return False
        slot, side = found
        event = LateFilled(
            of_slot=slot,
            side=Side(side),
            client_order_id=seen.client_order_id,
            fill_id=seen.fill_id,
            price=seen.price,
            size=seen.size,
            cost=seen.cost,
            fee=seen.fee,
            mark=turn.mark,
        )
        turn.events.append(event)
        turn.desk.books.apply(turn.at, event)
        turn.desk.counters.anomalies += 1
        detail = f"{seen.client_order_id} traded {seen.size} at {seen.price} after its end"
        turn.notes.append(AnomalyNoted(kind="late_fill", detail=detail))
        return True
