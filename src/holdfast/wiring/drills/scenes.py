"""Name the scene of every drill: what is done on the stage, and what is judged."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from holdfast.wiring.drills import (
    deaths,
    scenes_books,
    scenes_clock,
    scenes_mode,
    scenes_orders,
    scenes_signals,
    scenes_stuck,
    scenes_venue,
)
from holdfast.wiring.drills.stage import Stage

Scene = Callable[[Stage], None]
SCENES: Mapping[str, Scene] = MappingProxyType(
    {
        "D1": scenes_mode.store_outage,
        "D2": scenes_mode.recovery,
        "D3": scenes_mode.silent_hang,
        "D4": scenes_mode.eviction,
        "D5": scenes_mode.emergency_stop,
        "D6": scenes_orders.answer_lost,
        "D7": scenes_orders.request_lost,
        "D8": scenes_signals.duplicate_burst,
        "D9": scenes_orders.partial_and_cancel,
        "D10": deaths.crash_points,
        "D11": scenes_venue.rate_limit,
        "D12": scenes_venue.stale_price,
        "D13": scenes_books.daily_loss,
        "D14": scenes_books.ledger_closed,
        "D15": scenes_clock.clock_jump,
        "D16": scenes_venue.foreign_order,
        "D17": scenes_venue.key_scope,
        "D18": scenes_books.restored_backup,
        "D19": scenes_stuck.stuck_order,
        "D20": scenes_venue.slow_venue,
    }
)
